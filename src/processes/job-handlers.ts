import { createAccountJobs } from '../features/accounts/accounts.jobs.ts'
import { createSessions } from '../features/accounts/sessions.service.ts'
import { createMediaJobs } from '../features/media/media.jobs.ts'
import { createMedia } from '../features/media/media.service.ts'
import { createPhotoJobs } from '../features/photos/photos.jobs.ts'
import { createEdge } from '../platform/edge-purge.ts'
import { forgetOldAnswers } from '../platform/idempotency.ts'
import type { JobHandlers } from '../platform/jobs.ts'
import { openSpool } from '../platform/spool.ts'
import type { Services } from './services.ts'

/** Recurring tasks; a missed hour is not made up for, because each run does all there is to do. */
const CRONTAB = `
7 * * * * spool.sweep
17 * * * * idempotency.forget
27 * * * * accounts.sweep
`

/** Every task of the worker by its name; the crontab names the recurring ones. */
export function createJobHandlers(services: Services): { handlers: JobHandlers; crontab: string } & AsyncDisposable {
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
    crontab: CRONTAB,
    [Symbol.asyncDispose]: () => media[Symbol.asyncDispose](),
  }
}
