import { join } from 'node:path'
import { createAccountJobs } from '../features/accounts/accounts.jobs.ts'
import { createSessions } from '../features/accounts/sessions.service.ts'
import { createCounterJobs } from '../features/counters/counters.jobs.ts'
import { openArchives } from '../features/export/archive.ts'
import { createExportJobs } from '../features/export/export.jobs.ts'
import { createFeedLists } from '../features/feed/feed-lists.ts'
import { createFeedUpdates } from '../features/feed/feed-updates.service.ts'
import { createFeedJobs } from '../features/feed/feed.jobs.ts'
import { createMediaJobs } from '../features/media/media.jobs.ts'
import { createMedia } from '../features/media/media.service.ts'
import { createModerationJobs } from '../features/moderation/moderation.jobs.ts'
import { createOrphanJobs } from '../features/photos/orphans.jobs.ts'
import { createPhotoMediaJobs } from '../features/photos/photo-media.jobs.ts'
import { createPhotoJobs } from '../features/photos/photos.jobs.ts'
import { createPagesJobs } from '../features/system/pages.jobs.ts'
import { createCloudflare } from '../platform/cloudflare.ts'
import { forgetOldAnswers } from '../platform/idempotency.ts'
import type { JobHandlers, RecurringJob } from '../platform/jobs.ts'
import { openSpool } from '../platform/spool.ts'
import type { Services } from './services.ts'

const RECURRING: readonly RecurringJob[] = [
  { task: 'counters.reconcile', match: '47 3 * * *' },
  { task: 'spool.sweep', match: '7 * * * *' },
  { task: 'idempotency.forget', match: '17 * * * *' },
  { task: 'accounts.sweep', match: '27 * * * *' },
  { task: 'orphans.sweep', match: '37 * * * *' },
  { task: 'exports.sweep', match: '57 * * * *' },
]

export interface WorkerJobs extends AsyncDisposable {
  handlers: JobHandlers
  /** Run beside the others: they take minutes, and nobody is to wait that long for a picture or a deletion. */
  slow: JobHandlers
  recurring: readonly RecurringJob[]
}

/** Every task of the worker by its name; and which of them recur. */
export function createJobHandlers(services: Services): WorkerJobs {
  const { config, secrets, db, edge, events, log, metrics, pages, redisMain } = services
  const media = createMedia({ mediaDirectory: config.mediaDirectory, log, niceness: config.workerNiceness })
  const spool = openSpool(config.spoolDirectory)
  const cdn = config.cdn && createCloudflare({ ...config.cdn, token: secrets.get('cdn-token') })
  const lists = createFeedLists(redisMain, log)
  const feeds = createFeedUpdates({ lists })
  const sessions = createSessions({ db, redisMain, log, metrics })
  const exports = createExportJobs({ db, media, archives: openArchives(config.spoolDirectory), events })
  return {
    handlers: {
      ...createAccountJobs({ db, sessions, media }),
      ...createMediaJobs({ db, media, edge, cdn, metrics }),
      ...createPhotoJobs({ db, media, spool, feeds, events, metrics }),
      ...createPhotoMediaJobs({ db, media }),
      ...createFeedJobs({ db, lists, metrics, pushMaxFollowers: config.feedPushMaxFollowers }),
      ...createModerationJobs({ db, forgetFeeds: feeds.forget }),
      ...exports.quick,
      ...createOrphanJobs({
        db,
        metrics,
        mediaDirectory: config.mediaDirectory,
        requestBodyDirectory: join(config.spoolDirectory, 'lb'),
      }),
      ...createPagesJobs({ db, pages }),
      ...createCounterJobs({ db, metrics }),
      /** Twice is harmless: what is deleted is not there. */
      'idempotency.forget': async () => void (await db.writeUnowned(forgetOldAnswers)),
    },
    slow: exports.slow,
    recurring: RECURRING,
    async [Symbol.asyncDispose]() {
      await media[Symbol.asyncDispose]()
    },
  }
}
