import type { JobHandlers } from '../platform/jobs.ts'
import type { Services } from './services.ts'

/** Every task of the worker by its name; the crontab names the recurring ones. */
export function createJobHandlers(_services: Services): { handlers: JobHandlers; crontab: string } & AsyncDisposable {
  return { handlers: {}, crontab: '', [Symbol.asyncDispose]: () => Promise.resolve() }
}
