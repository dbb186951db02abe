import type { Edge } from '../../platform/edge-purge.ts'
import { enqueue, type JobHandlers } from '../../platform/jobs.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { Database } from '../../platform/consistency.ts'
import type { Media } from './media.service.ts'

/** Of `media.erase` and `media.purge`, as every feature enqueues them. */
export interface ErasePayload {
  keys: readonly string[]
  requestedAtMs?: number
}

/** A PoP that was fetching a file at the moment of the first purge has stored it by then. */
const IN_FLIGHT_MS = 2_000

export function createMediaJobs(deps: {
  db: Database
  media: Pick<Media, 'erase' | 'directoryOf'>
  edge: Edge
  metrics: Metrics
}): JobHandlers {
  const { db, media, edge, metrics } = deps
  const purge = (keys: readonly string[]) => edge.purge(keys.map((key) => `media-${key}`))

  return {
    /**
     * Out of the web server's sight first (one rename per key), so that no PoP can fetch it again; then out of every PoP.
     * Twice is harmless: what is not there is erased and purged already. A PoP that does not confirm makes it run again.
     */
    async 'media.erase'(payload) {
      const { keys, requestedAtMs } = payload as ErasePayload
      for (const key of keys) await media.erase(media.directoryOf(key))
      await purge(keys)
      if (requestedAtMs !== undefined) metrics.timeToGoneSeconds.observe((Date.now() - requestedAtMs) / 1_000)
      await db.writeUnowned((trx) => enqueue(trx, 'media.purge', { keys }, { runAtMs: Date.now() + IN_FLIGHT_MS }))
    },

    /** For fetches that were in flight. Twice is harmless: nothing has these tags any more. */
    async 'media.purge'(payload) {
      const { keys } = payload as ErasePayload
      await purge(keys)
    },
  }
}
