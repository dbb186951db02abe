import type { Readable, Writable } from 'node:stream'

export interface DelayLineOptions {
  delayMs: number
  /** Nothing leaves before this time of performance.now(). */
  opensAtMs?: number
}

/** More than this waiting or under way stops the reader: memory is bounded. */
const HELD_MAX_BYTES = 8 * 2 ** 20
/** What a TCP sender may have under way before the first acknowledgement (RFC 6928): ten segments. */
const FIRST_WINDOW_BYTES = 14_600

/**
 * Hands everything on from `from` to `to`, in order and complete, each piece `delayMs` after it left; the end travels as long. Pieces leave as
 * TCP's slow start lets them: what was acknowledged, a round trip after it left, widens the window by as much again.
 */
export function delayLine(from: Readable, to: Writable, { delayMs, opensAtMs = 0 }: DelayLineOptions): void {
  /** Not yet sent; sent and on its way there; on its way there and back. */
  const [waiting, underWay, unacknowledged] = [
    [] as (Buffer | null)[],
    [] as { dueMs: number; piece: Buffer | null }[],
    [] as { dueMs: number; bytes: number }[],
  ]
  let windowBytes = FIRST_WINDOW_BYTES
  let heldBytes = 0
  let unacknowledgedBytes = 0
  let timer: NodeJS.Timeout | null = null
  let isBlocked = false
  let isOver = false
  let hasEnded = false

  function send(): void {
    const leavesMs = Math.max(performance.now(), opensAtMs)
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      const room = windowBytes - unacknowledgedBytes
      if (next !== null && room <= 0) return
      const piece = next === null || next.length <= room ? next : next.subarray(0, room)
      if (piece === next) waiting.shift()
      else waiting[0] = next?.subarray(room) ?? null
      underWay.push({ dueMs: leavesMs + delayMs, piece })
      if (piece === null) return
      unacknowledged.push({ dueMs: leavesMs + 2 * delayMs, bytes: piece.length })
      unacknowledgedBytes += piece.length
    }
  }
  /** Node's timers count whole milliseconds: what is due within half of one is due. */
  const isDue = (each: { dueMs: number } | undefined) => each !== undefined && each.dueMs <= performance.now() + 0.5

  function work(): void {
    timer = null
    while (isDue(unacknowledged[0])) {
      const { bytes = 0 } = unacknowledged.shift() ?? {}
      unacknowledgedBytes -= bytes
      windowBytes += bytes
    }
    send()
    while (!isBlocked && isDue(underWay[0])) arrive(underWay.shift()?.piece ?? null)
    arm()
  }
  function arrive(piece: Buffer | null): void {
    if (piece === null) {
      hasEnded = true
      to.end()
      return
    }
    heldBytes -= piece.length
    if (heldBytes <= HELD_MAX_BYTES && from.isPaused()) from.resume()
    if (to.write(piece)) return
    isBlocked = true
    to.once('drain', () => {
      isBlocked = false
      arm()
    })
  }
  function arm(): void {
    const nextMs = Math.min(
      isBlocked ? Infinity : (underWay[0]?.dueMs ?? Infinity),
      unacknowledged[0]?.dueMs ?? Infinity,
    )
    if (timer !== null) clearTimeout(timer)
    timer = nextMs === Infinity ? null : setTimeout(work, Math.max(0, nextMs - performance.now()))
  }
  function take(chunk: Buffer | null): void {
    waiting.push(chunk)
    heldBytes += chunk?.length ?? 0
    if (heldBytes > HELD_MAX_BYTES) from.pause()
    send()
    arm()
  }
  const end = () => {
    if (!isOver) take(null)
    isOver = true
  }
  from.on('data', take)
  // A reset is an end, too.
  from.once('end', end).once('close', end)
  to.once('close', () => {
    // Both ways of a connection are lines of their own: the other one may still have something under way.
    if (hasEnded) return
    isBlocked = true
    if (timer !== null) clearTimeout(timer)
    from.destroy()
  })
}
