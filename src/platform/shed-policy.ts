/** In the order in which an overloaded app server refuses them; `never` is always let in. */
export type ShedClass = 'heavy' | 'write' | 'read' | 'feed' | 'never'

/** Which share of the places a class may take: when all are wanted, feeds get the last ones. */
const SHARES: Readonly<Record<ShedClass, number>> = { heavy: 0.25, write: 0.6, read: 0.85, feed: 1, never: Infinity }

/** Waiting that lasts this long is a standing queue and not a collection of garbage. */
const STANDING_MS = 300
/** Without a refusal for this long, the overload is over. */
const CALM_MS = 1_000
/** The first guess of how many places there are: what was answered in this time. Corrected from there. */
const FIRST_LIMIT_MS = 100
/** So many wait hardly at all where the server is busy with them, and where it is starved by its neighbours fewer would not wait less. */
const LIMIT_MIN = 32
const LIMIT_MAX = 4_096
/** One step down is faster than one up: places are found again within a second or two, a queue must be gone sooner. */
const LESS = 0.9
const MORE = 1.05
/** Waiting that the loop's own delay does not explain (another machine's clock, a try at a server that hangs) is believed up to this multiple. */
const LOOP_DELAY_FACTOR = 4
/** The smallest difference between NGINX's clock and ours is what the clocks are apart; it is learned anew over this time. */
const CLOCK_WINDOW_MS = 30_000

export interface ShedState {
  isOverloaded: boolean
  /** Places; infinite while there is no overload. */
  limit: number
  inFlight: number
  /** Median waiting of the requests that arrived since the tick before. */
  queueMs: number
}

/**
 * Which requests an app server takes on. Calm, it takes all. When requests have waited longer than `targetMs` for a while, places are
 * limited: fewer while the waiting goes on, more when it is short and somebody was refused. Times are those that it is told.
 */
export function createShedPolicy(targetMs: number) {
  let inFlight = 0
  let limit = Infinity
  let queueMs = 0
  let answered = 0
  let answersPerMs = 0
  let refusedAtMs = -Infinity
  let lastTickMs = 0
  let slowSinceMs: number | null = null
  let waits: number[] = []
  const clock = createClockDifference()

  function enter(): void {
    limit = Math.max(LIMIT_MIN, Math.floor(answersPerMs * FIRST_LIMIT_MS))
  }

  return {
    /** `sentAtMs`: when the balancer passed the request on, by its clock; null where nobody said. An admitted one is `done` later. */
    admits(shedClass: ShedClass, nowMs: number, sentAtMs: number | null): boolean {
      if (sentAtMs !== null) waits.push(clock.since(sentAtMs, nowMs))
      if (inFlight >= limit * SHARES[shedClass]) {
        refusedAtMs = nowMs
        return false
      }
      inFlight += 1
      return true
    },

    done(): void {
      inFlight -= 1
      answered += 1
    },

    /** Called every 50 ms or so, `loopDelayMs` later than it should have been. */
    tick(nowMs: number, loopDelayMs: number): void {
      const passedMs = Math.max(1, nowMs - lastTickMs)
      answersPerMs += (answered / passedMs - answersPerMs) * Math.min(1, passedMs / 1_000)
      answered = 0
      queueMs = Math.min(median(waits), loopDelayMs * LOOP_DELAY_FACTOR)
      waits = []
      const isSlow = queueMs > targetMs
      if (!isSlow) slowSinceMs = null
      else slowSinceMs ??= lastTickMs
      const wasRefused = refusedAtMs >= lastTickMs
      lastTickMs = nowMs

      if (limit === Infinity) {
        if (slowSinceMs !== null && nowMs - slowSinceMs >= STANDING_MS) enter()
      } else if (isSlow) limit = Math.max(LIMIT_MIN, limit * LESS)
      else if (wasRefused && queueMs < targetMs / 2) limit = Math.min(LIMIT_MAX, limit * MORE)
      else if (nowMs - refusedAtMs > CALM_MS) limit = Infinity
    },

    state: (): ShedState => ({ isOverloaded: limit !== Infinity, limit, inFlight, queueMs }),
  }
}

export type ShedPolicy = ReturnType<typeof createShedPolicy>

/** How much later than `sentAtMs` it is, whatever two machines' clocks are apart: something always arrives without waiting. */
function createClockDifference() {
  let smallest = Infinity
  let smallestBefore = Infinity
  let windowEndMs = -Infinity
  return {
    since(sentAtMs: number, nowMs: number): number {
      if (nowMs > windowEndMs) {
        smallestBefore = smallest
        smallest = Infinity
        windowEndMs = nowMs + CLOCK_WINDOW_MS
      }
      const difference = nowMs - sentAtMs
      smallest = Math.min(smallest, difference)
      return difference - Math.min(smallest, smallestBefore)
    },
  }
}

function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0
}
