import { AppError } from '../../platform/errors.ts'

/** Runs one task after another. When `maxWaiting` wait already, the next is refused rather than kept for long. */
export function createTurns(maxWaiting: number) {
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()

  /** @throws AppError media.busy */
  async function take<T>(task: () => Promise<T>): Promise<T> {
    if (waiting > maxWaiting) {
      throw new AppError('media.busy', 'Try again in a few seconds.', { retryAfterSeconds: 3 })
    }
    waiting += 1
    const result = last.then(task).finally(() => {
      waiting -= 1
    })
    last = result.catch(() => undefined)
    return await result
  }

  return { take }
}
