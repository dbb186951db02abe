import type { Database } from '../../platform/consistency.ts'
import { enqueue, type JobHandlers } from '../../platform/jobs.ts'
import type { VisitorPages } from '../../platform/visitor-pages.ts'

interface PurgePayload {
  urls: readonly string[]
  isRepeat?: boolean
}

/** An answer that left an app server just before the first purge has reached NGINX by then. */
const REPEAT_AFTER_MS = 2_000

export function createPagesJobs({ db, pages }: { db: Database; pages: Pick<VisitorPages, 'purge'> }): JobHandlers {
  return {
    /** Has NGINX forget pages for visitors. Twice is harmless: what is purged is not there, and is read again when it is asked for. */
    async 'pages.purge'(payload) {
      // Written by `purgeSurely` and below.
      const { urls, isRepeat = false } = payload as PurgePayload
      await pages.purge(urls)
      if (isRepeat) return
      const again: PurgePayload = { urls, isRepeat: true }
      await db.writeUnowned((trx) => enqueue(trx, 'pages.purge', again, { runAtMs: Date.now() + REPEAT_AFTER_MS }))
    },
  }
}
