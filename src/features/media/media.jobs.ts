import { RENDITION_WIDTHS } from '../../contract/limits.ts'
import type { Cdn } from '../../platform/cdn.ts'
import type { Database } from '../../platform/consistency.ts'
import { chunksOf } from '../../platform/chunks.ts'
import type { Edge } from '../../platform/edge-purge.ts'
import { enqueue, type JobHandlers } from '../../platform/jobs.ts'
import type { Log } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { unknownMediaKeys } from './media.queries.ts'
import type { Media } from './media.service.ts'

/** Of `media.erase`, `media.forget` and `media.purge`, as every feature enqueues them. */
export interface ErasePayload {
  keys: readonly string[]
  requestedAtMs?: number
  /** Tries so far. */
  tries?: number
  /** Which of the repeats this is. */
  round?: number
}

/**
 * After the first purge, again: soon, and once more when no fetch can be under way that began before the files had left
 * (connecting takes a PoP at most 1 s, the first byte 5 s; an object can be purged from its first byte on).
 */
const AGAIN_AFTER_MS = [2_000, 5_000]
/** A PoP that does not confirm is asked again for as long as it is one of ours. */
const RETRY_MAX_MS = 15_000
const KEYS_PER_PURGE = 20
/** A commercial CDN counts calls: deletions of this long travel together. */
const CDN_GATHER_MS = 500
const CDN_AGAIN_MS = 10_000

const AVATAR_FILE = '256.webp'
const FILES = [...RENDITION_WIDTHS.flatMap((width) => [`${width}.jpg`, `${width}.webp`, `${width}.avif`]), AVATAR_FILE]

const tagsOf = (keys: readonly string[]) => keys.map((key) => `media-${key}`)

export function createMediaJobs(deps: {
  db: Database
  media: Pick<Media, 'erase' | 'directoryOf' | 'isShown'>
  edge: Edge
  cdn: Cdn | null
  metrics: Metrics
}): JobHandlers {
  const { db, media, edge, cdn, metrics } = deps

  /** True when every PoP has confirmed. Otherwise the same job comes again, soon: a job's own retries grow to hours. */
  async function forget(task: string, payload: ErasePayload, log: Log): Promise<boolean> {
    try {
      for (const keys of chunksOf(payload.keys, KEYS_PER_PURGE)) {
        // What was withheld may be shown again by now, and then answers.
        const isShown = await Promise.all(keys.map((key) => media.isShown(key)))
        const absent = keys.filter((_, index) => !isShown[index])
        const paths = absent.flatMap((key) => FILES.map((file) => `/media/${key}/${file}`))
        await edge.forget({ tags: tagsOf(keys), paths })
      }
      return true
    } catch (error) {
      const tries = (payload.tries ?? 0) + 1
      metrics.purgeFailures.inc()
      log.warn({ event: 'media.purge_failed', tries, error: String(error) })
      const runAtMs = Date.now() + Math.min(500 * 2 ** Math.min(tries, 10), RETRY_MAX_MS)
      await db.writeUnowned((trx) => enqueue(trx, task, { ...payload, tries }, { runAtMs }))
      return false
    }
  }

  /** Jobs of one key that wait become one, and their tags add up. */
  async function forgetAtCdn(keys: readonly string[], delayMs: number): Promise<void> {
    if (!cdn) return
    const options = { runAtMs: Date.now() + delayMs, jobKey: `cdn.purge.${delayMs}` }
    await db.writeUnowned((trx) => enqueue(trx, 'cdn.purge', tagsOf(keys), options))
  }

  return {
    /**
     * Out of the web server's sight first (one rename per key), so that no PoP can fetch it again; then out of every PoP,
     * which a read through each has to show. Files that another photo shows stay, as those of `seed --large`. Twice is
     * harmless: what is not there is erased and purged already.
     */
    async 'media.erase'(payload, { log }) {
      const erased = payload as ErasePayload
      // Primary: a replica may still show the row.
      const keys = await db.readPrimary((db) => unknownMediaKeys(db, erased.keys))
      if (keys.length === 0) return
      for (const key of keys) await media.erase(media.directoryOf(key))
      await leave('media.erase', { ...erased, keys }, log)
    },

    /** For files that were put out of the web server's sight. Twice is harmless: as above. */
    async 'media.forget'(payload, { log }) {
      await leave('media.forget', payload as ErasePayload, log)
    },

    /** For fetches that were in flight. Twice is harmless: nothing has these tags any more. */
    async 'media.purge'(payload, { log }) {
      const purged = payload as ErasePayload
      if (await forget('media.purge', purged, log)) await again(purged.keys, (purged.round ?? 0) + 1)
    },

    /** Tags, gathered. Twice is harmless: what is purged is not there. Retried by the job queue, or when the CDN says. */
    async 'cdn.purge'(payload) {
      if (!cdn) return
      const tags = [...new Set(payload as string[])]
      const { left, retryAfterMs } = await cdn.purge(tags)
      if (left.length > 0)
        await db.writeUnowned((trx) => enqueue(trx, 'cdn.purge', left, { runAtMs: Date.now() + retryAfterMs }))
    },
  }

  async function leave(task: string, payload: ErasePayload, log: Log): Promise<void> {
    const { keys, requestedAtMs, tries = 0 } = payload
    if (tries === 0) await forgetAtCdn(keys, CDN_GATHER_MS)
    if (!(await forget(task, payload, log))) return
    if (requestedAtMs !== undefined) metrics.timeToGoneSeconds.observe((Date.now() - requestedAtMs) / 1_000)
    // What it fetched from a PoP that still had it.
    await forgetAtCdn(keys, CDN_AGAIN_MS)
    await again(keys, 0)
  }

  async function again(keys: readonly string[], round: number): Promise<void> {
    const afterMs = AGAIN_AFTER_MS[round]
    if (afterMs === undefined) return
    await db.writeUnowned((trx) => enqueue(trx, 'media.purge', { keys, round }, { runAtMs: Date.now() + afterMs }))
  }
}
