import type { Readable, Writable } from 'node:stream'

export interface DelayLineOptions {
  delayMs: number
  /** Nothing leaves before this time of performance.now(). */
  opensAtMs?: number
}

/** More than this under way stops the reader until it has arrived: memory is bounded. */
const IN_FLIGHT_MAX_BYTES = 8 * 2 ** 20

/** Hands everything on from `from` to `to`, in order and complete, each piece `delayMs` after it came. The end travels as long. */
export function delayLine(from: Readable, to: Writable, { delayMs, opensAtMs = 0 }: DelayLineOptions): void {
  const queue: { dueMs: number; chunk: Buffer | null }[] = []
  let bytes = 0
  let timer: NodeJS.Timeout | null = null
  let isBlocked = false
  let hasEnded = false

  function add(chunk: Buffer | null): void {
    queue.push({ dueMs: Math.max(performance.now(), opensAtMs) + delayMs, chunk })
    bytes += chunk?.length ?? 0
    if (bytes > IN_FLIGHT_MAX_BYTES) from.pause()
    arm()
  }
  function arm(): void {
    const [next] = queue
    if (timer !== null || isBlocked || next === undefined) return
    timer = setTimeout(release, Math.max(0, next.dueMs - performance.now()))
  }
  function release(): void {
    timer = null
    // Node's timers count whole milliseconds: what is due within half of one is due.
    for (let next = queue[0]; next !== undefined && next.dueMs <= performance.now() + 0.5; next = queue[0]) {
      queue.shift()
      if (next.chunk === null) {
        hasEnded = true
        to.end()
        return
      }
      bytes -= next.chunk.length
      if (bytes <= IN_FLIGHT_MAX_BYTES && from.isPaused()) from.resume()
      if (to.write(next.chunk)) continue
      isBlocked = true
      to.once('drain', () => {
        isBlocked = false
        arm()
      })
      return
    }
    arm()
  }
  let isOver = false
  const end = () => {
    if (!isOver) add(null)
    isOver = true
  }
  from.on('data', add)
  // A reset is an end, too.
  from.once('end', end).once('close', end)
  to.once('close', () => {
    // Both ways of a connection are lines of their own: the other one may still have something under way.
    if (hasEnded) return
    if (timer !== null) clearTimeout(timer)
    isBlocked = true
    from.destroy()
  })
}
