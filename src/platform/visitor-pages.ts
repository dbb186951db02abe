import { shownInDocuments } from '../contract/public-pages.ts'
import type { Edge } from './edge-purge.ts'
import { newId } from './ids.ts'
import { enqueue } from './jobs.ts'
import type { LbPurge } from './lb-purge.ts'
import type { Log } from './log.ts'
import type { Writer } from './postgres.ts'
import type { RedisMain } from './redis.ts'

/** Names the last change of a page; null: none lately; `unknown`: Redis cannot tell. */
export type PageMark = string | null

/**
 * NGINX's copies of pages for signed-out visitors, and the PoPs' copies of documents that tell of them, kept true. All of it
 * comes after a commit.
 */
export interface VisitorPages extends AsyncDisposable {
  /** Has them forgotten before it resolves (some hundreds of them), if NGINX, the PoPs and Redis can be reached; what must be sure writes a job as well (`purgeSurely`). Never throws. */
  changed(urls: readonly string[]): Promise<void>
  /** For numbers, which may be half a minute old: many changes become one purge. */
  counted(urls: readonly string[]): void
  /** As `changed`, but says when it could not be confirmed. @throws Error */
  purge(urls: readonly string[]): Promise<void>
  /** A page may be kept if this is the same after it was read as before, and it was read on the primary unless this is null. */
  markOf(url: string): Promise<PageMark>
}

/** Longer than a replica in the rotation is behind (ten seconds) and a request takes (ten as well). */
const MARK_SECONDS = 30
const GATHER_MS = 30_000
/** Of a deletion that shows on thousands of pages the first; its job does the rest. */
const AT_ONCE_MAX = 500
/** A person waits for the purge of what they changed; an NGINX that takes longer has not brought us the request either. */
const PATIENCE_MS = 1_000
/** A PoP keeps no document that took it longer than 0.8 s to get (deploy/edge): by then all that were under way are there or never kept. */
const UNDER_WAY_MS = 850
/** Payloads stay small enough for a job's row. */
const URLS_PER_JOB = 1_000
/** Over some ten minutes, after which NGINX has forgotten by itself. */
const PURGE_ATTEMPTS = 7

export function createVisitorPages(deps: {
  redisMain: Pick<RedisMain, 'client' | 'isSettled'>
  lbPurge: LbPurge
  edge: Pick<Edge, 'forget'>
  log: Log
}): VisitorPages {
  const { redisMain, lbPurge, edge, log } = deps
  const gathered = new Set<string>()
  let timer: NodeJS.Timeout | null = null
  /** Tags of documents that may have been on their way to a PoP, by the timer that ends their time. */
  const underWay = new Map<NodeJS.Timeout, readonly string[]>()

  /** Marked first: who reads from here on reads what is new, and who has read before knows that it is old. */
  async function purge(urls: readonly string[]): Promise<void> {
    const mark = newId()
    // One pipeline.
    const marks = await Promise.allSettled(
      urls.map((url) => redisMain.client.set(changedKey(url), mark, 'EX', MARK_SECONDS)),
    )
    const purged = await Promise.allSettled([lbPurge.purge(urls), purgeDocuments(shownInDocuments(urls))])
    for (const outcome of purged) if (outcome.status === 'rejected') throw outcome.reason
    if (marks.some(({ status }) => status === 'rejected')) throw new Error('redis-main could not be told')
  }

  /** And once more, for those that were made before the marks and come to a PoP after the first purge. */
  async function purgeDocuments(tags: readonly string[]): Promise<void> {
    if (tags.length === 0) return
    const again = setTimeout(() => {
      underWay.delete(again)
      void edge.forget({ tags, paths: [] }).catch(noteFailure)
    }, UNDER_WAY_MS).unref()
    underWay.set(again, tags)
    await edge.forget({ tags, paths: [] })
  }

  const noteFailure = (error: unknown) => log.warn({ event: 'pages.purge_failed', error: String(error) })
  const quietly = (urls: readonly string[]) => purge(urls).catch(noteFailure)

  function flush(): Promise<void> {
    if (timer) clearTimeout(timer)
    timer = null
    const urls = [...gathered]
    gathered.clear()
    return quietly(urls)
  }

  return {
    purge,
    async changed(urls) {
      if (urls.length === 0) return
      let patience: NodeJS.Timeout | undefined
      const tired = new Promise<void>((resolve) => {
        patience = setTimeout(resolve, PATIENCE_MS)
      })
      await Promise.race([quietly(urls.slice(0, AT_ONCE_MAX)), tired])
      clearTimeout(patience)
    },
    counted(urls) {
      if (urls.length === 0) return
      for (const url of urls) gathered.add(url)
      timer ??= setTimeout(() => void flush(), GATHER_MS).unref()
    },
    async markOf(url) {
      // A server that restarted a moment ago may have lost a mark.
      if (!redisMain.isSettled()) return 'unknown'
      return redisMain.client.get(changedKey(url)).catch(() => 'unknown')
    },
    async [Symbol.asyncDispose]() {
      if (gathered.size > 0) await flush()
      for (const again of underWay.keys()) clearTimeout(again)
      const tags = [...new Set([...underWay.values()].flat())]
      if (tags.length > 0) await edge.forget({ tags, paths: [] }).catch(noteFailure)
      await lbPurge[Symbol.asyncDispose]()
    },
  }
}

/** Writes the purge into the transaction of the change: what was deleted or rewritten leaves NGINX even if this process dies now. */
export async function purgeSurely(trx: Writer, urls: readonly string[]): Promise<void> {
  for (let at = 0; at < urls.length; at += URLS_PER_JOB)
    await enqueue(trx, 'pages.purge', { urls: urls.slice(at, at + URLS_PER_JOB) }, { maxAttempts: PURGE_ATTEMPTS })
}

function changedKey(url: string): string {
  return `changed:${url}`
}
