/** In the order in which an overloaded app server refuses them; `never` is always let in. */
export type ShedClass = 'heavy' | 'write' | 'read' | 'feed' | 'never'

/** Which share of the places a class may take: when all are wanted, feeds get the last ones. */
const SHARES: Readonly<Record<ShedClass, number>> = { heavy: 0.25, write: 0.6, read: 0.85, feed: 1, never: Infinity }

/** Waiting that lasts this long, and is found in so many looks in a row, is a standing queue: one long turn of the loop is none, and a burst is better waited for than refused. */
const STANDING_MS = 2_500
const STANDING_LOOKS = 2
/** Sooner where it is so many times too long: no burst that is over in a moment. */
const LONG_FACTOR = 3
const LONG_STANDING_MS = 1_000
/** Without waiting and refusals for this long, in which the loop ran, the overload is over. */
const CALM_MS = 1_000
/** The first guess of how many places there are: what was answered in this time. Corrected from there. */
const FIRST_LIMIT_MS = 100
/** So many wait hardly at all where the server is busy with them, and where it is starved by its neighbours fewer would not wait less. */
const LIMIT_MIN = 32
/** Until it has answered so many requests a server compiles as it goes and has nothing at hand: it is slow for a moment, and soon no more. */
const COLD_ANSWERS = 2_000
const LIMIT_MIN_COLD = 128
const LIMIT_MAX = 4_096
/** One step down is faster than one up: places are found again within a second or two, a queue must be gone sooner. */
const LESS = 0.9
const MORE = 1.05
/** An overloaded server takes on nothing that has waited for so long, half of what the balancer waits for an answer: it would be too late. */
const STALE_MS = 5_000
/** Waiting that the loop's own delay does not explain (another machine's clock, a try at a server that hangs) is believed up to this multiple. */
const LOOP_DELAY_FACTOR = 4
/** The smallest difference between NGINX's clock and ours is what the clocks are apart; it is learned anew over this time. */
const CLOCK_WINDOW_MS = 30_000
/** A quarter of the waiting that is overload, seen once: what can be spared is spared for a while. */
const BUSY_SHARE = 0.25
const BUSY_MS = 2_000

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
  let loopMs = 0
  let answered = 0
  let answeredEver = 0
  let answersPerMs = 0
  let wasRefused = false
  let calmMs = 0
  let lastTickMs = 0
  let slowSinceMs: number | null = null
  let slowLooks = 0
  let busyUntilMs = -Infinity
  let waits: number[] = []
  const clock = createClockDifference()

  const limitMin = () => (answeredEver < COLD_ANSWERS ? LIMIT_MIN_COLD : LIMIT_MIN)

  const believed = (waitedMs: number) => Math.min(waitedMs, loopMs * LOOP_DELAY_FACTOR)

  return {
    /** `sentAtMs`: when the balancer passed the request on, by its clock; null where nobody said. An admitted one is `done` later. */
    admits(shedClass: ShedClass, nowMs: number, sentAtMs: number | null): boolean {
      const waitedMs = sentAtMs === null ? 0 : clock.since(sentAtMs, nowMs)
      if (sentAtMs !== null) waits.push(waitedMs)
      const isStale = limit !== Infinity && believed(waitedMs) > STALE_MS && shedClass !== 'never'
      if (isStale || inFlight >= limit * SHARES[shedClass]) {
        wasRefused = true
        return false
      }
      inFlight += 1
      return true
    },

    done(): void {
      inFlight -= 1
      answered += 1
      answeredEver += 1
    },

    /** Called every 50 ms or so, `loopDelayMs` later than it should have been. */
    tick(nowMs: number, loopDelayMs: number): void {
      const passedMs = Math.max(1, nowMs - lastTickMs)
      answersPerMs += (answered / passedMs - answersPerMs) * Math.min(1, passedMs / 1_000)
      answered = 0
      loopMs = loopDelayMs
      queueMs = believed(median(waits))
      waits = []
      const isSlow = queueMs > targetMs
      if (queueMs > targetMs * BUSY_SHARE) busyUntilMs = nowMs + BUSY_MS
      slowLooks = isSlow ? slowLooks + 1 : 0
      if (!isSlow) slowSinceMs = null
      else slowSinceMs ??= lastTickMs
      calmMs = wasRefused || isSlow ? 0 : calmMs + Math.max(0, passedMs - loopDelayMs)
      lastTickMs = nowMs

      if (limit === Infinity) {
        const standingMs = queueMs > targetMs * LONG_FACTOR ? LONG_STANDING_MS : STANDING_MS
        const isStanding = slowSinceMs !== null && nowMs - slowSinceMs >= standingMs && slowLooks >= STANDING_LOOKS
        if (isStanding) limit = Math.max(limitMin(), Math.floor(answersPerMs * FIRST_LIMIT_MS))
      } else if (isSlow) limit = Math.max(limitMin(), limit * LESS)
      else if (wasRefused && queueMs < targetMs / 2) limit = Math.min(LIMIT_MAX, limit * MORE)
      else if (calmMs > CALM_MS) limit = Infinity
      wasRefused = false
    },

    /** Requests wait, though hardly any so long that it is overload. */
    isBusy: () => lastTickMs < busyUntilMs,

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
