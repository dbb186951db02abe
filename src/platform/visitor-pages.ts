import { shownInDocuments } from '../contract/public-pages.ts'
import { chunksOf } from './chunks.ts'
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
  /** For numbers, which may be half a minute old: many changes become one purge, and what NGINX has no copy of none. */
  counted(urls: readonly string[]): void
  /** As `changed`, but says when it could not be confirmed. @throws Error */
  purge(urls: readonly string[]): Promise<void>
  /** Before a page is read that NGINX may keep: from now on it counts as kept. Its mark, as `markOf`. */
  beginFill(url: string): Promise<PageMark>
  /** A page may be kept if this is the same after it was read as before, and it was read on the primary unless this is null. */
  markOf(url: string): Promise<PageMark>
}

/** Longer than a replica in the rotation is behind (ten seconds) and a request takes (ten as well). */
const MARK_SECONDS = 30
/** Numbers are purged after once to twice this time: longer than a replica is behind, so that who reads a page later reads them as they are. */
const GATHER_MS = 15_000
/** NGINX has a page for ten minutes, and shows it once more to whoever asks within ten minutes after it was last asked for. */
const KEPT_SECONDS = 1_260
/** Keys of one command. */
const CHUNK = 500
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
  let [gathered, gatheredBefore] = [new Set<string>(), new Set<string>()]
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

  /** Of these the ones that NGINX may have a copy of; all of them where nobody can tell. Of a server that lost its files some are missed: their numbers are late by ten minutes. */
  async function keptAmong(urls: readonly string[]): Promise<string[]> {
    const looks = chunksOf(urls, CHUNK).map((some) => redisMain.client.mget(some.map(keptKey)))
    const found = await Promise.all(looks).catch(() => null)
    if (!found) return [...urls]
    const isKept = found.flat()
    return urls.filter((_, at) => isKept[at] !== null)
  }

  async function purgeCounted(urls: readonly string[]): Promise<void> {
    const kept = await keptAmong(urls)
    if (kept.length > 0) await quietly(kept)
  }

  async function markOf(url: string): Promise<PageMark> {
    // A server that restarted a moment ago may have lost a mark.
    if (!redisMain.isSettled()) return 'unknown'
    return redisMain.client.get(changedKey(url)).catch(() => 'unknown')
  }

  function turn(): void {
    const due = [...gatheredBefore]
    ;[gathered, gatheredBefore] = [new Set(), gathered]
    timer = gatheredBefore.size > 0 ? setTimeout(turn, GATHER_MS).unref() : null
    if (due.length > 0) void purgeCounted(due)
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
      timer ??= setTimeout(turn, GATHER_MS).unref()
    },
    async beginFill(url) {
      if (!redisMain.isSettled()) return 'unknown'
      const keeping = redisMain.client.set(keptKey(url), '', 'EX', KEPT_SECONDS).catch(() => null)
      const [mark, kept] = await Promise.all([markOf(url), keeping])
      return kept === null ? 'unknown' : mark
    },
    markOf,
    async [Symbol.asyncDispose]() {
      if (timer) clearTimeout(timer)
      const counted = new Set([...gatheredBefore, ...gathered])
      if (counted.size > 0) await purgeCounted([...counted])
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

function keptKey(url: string): string {
  return `kept:${url}`
}

function changedKey(url: string): string {
  return `changed:${url}`
}
