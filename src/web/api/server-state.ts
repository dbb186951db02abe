import { ApiError } from './problem.ts'
import { createStore } from '../ui/store.ts'

/** True while the server told us that nothing can be written (design §4: no primary, or two). */
export const readOnly = createStore(false)

/** Called with the outcome of each write: the refusal raises the flag, the first success lowers it. */
export function noteServerAnswer(error: unknown): void {
  if (error === undefined) readOnly.set(false)
  else if (error instanceof ApiError && error.is('service.no_primary')) readOnly.set(true)
}
