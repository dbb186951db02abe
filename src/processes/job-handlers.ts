import { createAccountJobs } from '../features/accounts/accounts.jobs.ts'
import { createSessions } from '../features/accounts/sessions.service.ts'
import { createMediaJobs } from '../features/media/media.jobs.ts'
import { createMedia } from '../features/media/media.service.ts'
import { createPhotoJobs } from '../features/photos/photos.jobs.ts'
import { createEdge } from '../platform/edge-purge.ts'
import { forgetOldAnswers } from '../platform/idempotency.ts'
import type { JobHandlers, RecurringJob } from '../platform/jobs.ts'
import { openSpool } from '../platform/spool.ts'
import type { Services } from './services.ts'

const RECURRING: readonly RecurringJob[] = [
  { task: 'spool.sweep', match: '7 * * * *' },
  { task: 'idempotency.forget', match: '17 * * * *' },
  { task: 'accounts.sweep', match: '27 * * * *' },
]

/** Every task of the worker by its name; and which of them recur. */
export function createJobHandlers(
  services: Services,
): { handlers: JobHandlers; recurring: readonly RecurringJob[] } & AsyncDisposable {
  const { config, secrets, db, events, log, metrics, redisMain } = services
  const media = createMedia({ mediaDirectory: config.mediaDirectory, log })
  const spool = openSpool(config.spoolDirectory)
  const edge = createEdge({ targets: config.edgePurgeTargets, secret: secrets.get('edge') })
  const sessions = createSessions({ db, redisMain, log, metrics })
  return {
    handlers: {
      ...createAccountJobs({ db, sessions }),
      ...createMediaJobs({ db, media, edge, metrics }),
      ...createPhotoJobs({ db, media, spool, events }),
      /** Twice is harmless: what is deleted is not there. */
      'idempotency.forget': async () => void (await db.writeUnowned(forgetOldAnswers)),
    },
    recurring: RECURRING,
    [Symbol.asyncDispose]: () => media[Symbol.asyncDispose](),
  }
}
