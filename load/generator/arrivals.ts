/** A stretch of time with its rate of arrivals. */
export interface Step {
  seconds: number
  /** Steady, or rising or falling evenly from one rate to the other. */
  actionsPerSecond: number | readonly [from: number, to: number]
  /** How many of the crowd act; all where it is not said. */
  people?: number
  /** Not part of the result's totals. */
  isWarmUp?: boolean
}

/** One rate, after a rise to it that is not recorded. */
export function constant(actionsPerSecond: number, seconds: number, warmUpSeconds = 0): Step[] {
  const warmUp: Step = { seconds: warmUpSeconds, actionsPerSecond: [0, actionsPerSecond], isWarmUp: true }
  return [...(warmUpSeconds > 0 ? [warmUp] : []), { seconds, actionsPerSecond }]
}

/** From one rate to another. */
export function ramp(from: number, to: number, seconds: number): Step[] {
  return [{ seconds, actionsPerSecond: [from, to] }]
}

/** Several rates, one after the other. */
export function steps(rates: readonly number[], secondsEach: number): Step[] {
  return rates.map((actionsPerSecond) => ({ seconds: secondsEach, actionsPerSecond }))
}

/** Times in milliseconds from the start of `step` at which this thread's share of its actions begins: independent of each
 *  other, as people are (a Poisson process), `1 / threads` of the whole. */
export function* arrivalTimes(step: Step, threads: number, random: () => number): Generator<number> {
  const { seconds, actionsPerSecond } = step
  const [from, to] = typeof actionsPerSecond === 'number' ? [actionsPerSecond, actionsPerSecond] : actionsPerSecond
  const [start, slope] = [from / threads, (to - from) / threads / seconds]
  // How many are expected until t is start·t + slope·t²/2; the gaps between arrivals on that scale are exponential.
  for (let expected = -Math.log(1 - random()); ; expected -= Math.log(1 - random())) {
    const root = start * start + 2 * slope * expected
    if (root < 0) return
    const t = (2 * expected) / (start + Math.sqrt(root))
    // `!(t < seconds)` also where nothing arrives at all.
    if (!(t < seconds)) return
    yield t * 1_000
  }
}

/** Times at which something happens evenly, `perSecond` times a second over all threads; this one's share of them. */
export function* evenTimes(seconds: number, perSecond: number, thread: number, threads: number): Generator<number> {
  const count = Math.floor(seconds * perSecond + 1e-9)
  for (let nr = thread; nr < count; nr += threads) yield ((nr + 0.5) / perSecond) * 1_000
}
