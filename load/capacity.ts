import type { Step } from './generator/arrivals.ts'
import type { Mix } from './generator/mixes.ts'
import type { GeneratorUse } from './scenario.ts'

/** How well a rate must be carried for it to count as carried. */
export interface Bounds {
  p95Ms: number
  /** 0 to 1, of all requests. */
  failedShare: number
}

/** One rate that was tried. */
export interface Rung {
  actionsPerSecond: number
  /** Dynamic requests that were answered rightly. */
  goodPerSecond: number
  p95Ms: number
  failedShare: number
  /** Requests that the figures rest on. */
  samples: number
  /** Null where it was carried. */
  broke: 'P95' | 'failures' | 'generator' | null
  generator: GeneratorUse
  /** performance.now() */
  fromMs: number
  toMs: number
}

export interface Capacity {
  /** The highest rate that was carried; null where not even the first was. */
  best: Rung | null
  /** The lowest rate above it that was not; null where the ladder ended before. */
  broken: Rung | null
  rungs: readonly Rung[]
}

/** What can be driven: a crowd, or whoever else keeps to arrivals. */
export interface Driver<Work> {
  drive: (options: { mix: Work; arrivals: readonly Step[]; signal: AbortSignal }) => Promise<{
    total: RungFigures
    generator: GeneratorUse
    isComplete: boolean
  }>
}

/** How a rate is tried. */
export interface Trial<Work = Mix> {
  mix: Work
  bounds: Bounds
  secondsEach: number
  /** At each rate, before it is recorded: queues fill, caches warm. */
  warmUpSeconds: number
  /** Everybody acts once in so many seconds; the crowd must be large enough. All of it acts where this is not said. */
  secondsBetweenActions?: number
  signal: AbortSignal
}

export interface CapacitySearch<Work = Mix> extends Trial<Work> {
  /** Actions per second to begin with; far below what is expected. */
  from: number
  /** Each rate is so many times the one before. */
  growth: number
  /** How often the gap between carried and not carried is halved afterwards. */
  halvings: number
  onRung?: (rung: Rung) => void
}

/** The ladder ends here even where nothing breaks: forty steps of 1.2 are a factor of 1,500. */
const RUNGS_MAX = 40

/** Of the first rate, the lowest that is tried. */
const LOWEST_SHARE = 1 / 16

/** Open loop: the rate is raised until P95 or failures pass `bounds`, then the gap is halved. Latency counts from the intended
 *  start, so that a service which falls behind its arrivals shows it in its P95 within a second or two. */
export async function findCapacity<Work>(crowd: Driver<Work>, search: CapacitySearch<Work>): Promise<Capacity> {
  const rungs: Rung[] = []
  const attempt = async (actionsPerSecond: number) => {
    const rung = await tryRate(crowd, search, actionsPerSecond)
    rungs.push(rung)
    search.onRung?.(rung)
    return rung
  }
  let best: Rung | null = null
  let broken: Rung | null = null
  // Where it begins too high, it goes down first; then up, to where it breaks.
  for (let rate = search.from; rate >= search.from * LOWEST_SHARE && best === null; rate /= 2) {
    const rung = await attempt(rate)
    if (rung.broke === null) best = rung
    else broken = rung
  }
  while (best !== null && rungs.length < RUNGS_MAX) {
    const rate: number = best.actionsPerSecond * search.growth
    if (broken !== null && rate >= broken.actionsPerSecond) break
    const rung = await attempt(rate)
    if (rung.broke === null) best = rung
    else broken = rung
  }
  for (let turn = 0; turn < search.halvings && best && broken && broken.broke !== 'generator'; turn++) {
    const rung = await attempt((best.actionsPerSecond + broken.actionsPerSecond) / 2)
    if (rung.broke === null) best = rung
    else broken = rung
  }
  return { best, broken, rungs }
}

export interface EdgeSearch<Work = Mix> extends Trial<Work> {
  /** Actions per second to begin with; about where it breaks. */
  from: number
  /** Each rate is so many times the one before where that was carried, and so much lower where it was not. */
  factor: number
  tries: number
  onRung?: (rung: Rung) => void
}

/** Up and down about the rate at which it breaks, so that neither a good nor a bad moment of the machine decides. */
export async function walkEdge<Work>(crowd: Driver<Work>, search: EdgeSearch<Work>): Promise<Rung[]> {
  const rungs: Rung[] = []
  for (let rate = search.from; rungs.length < search.tries;) {
    const rung = await tryRate(crowd, search, rate)
    rungs.push(rung)
    search.onRung?.(rung)
    rate *= rung.broke === null ? search.factor : 1 / search.factor
  }
  return rungs
}

/** One rate, held. */
export async function tryRate<Work>(crowd: Driver<Work>, search: Trial<Work>, actionsPerSecond: number): Promise<Rung> {
  const { mix, signal, secondsEach, warmUpSeconds, secondsBetweenActions } = search
  signal.throwIfAborted()
  const people =
    secondsBetweenActions === undefined ? {} : { people: Math.ceil(actionsPerSecond * secondsBetweenActions) }
  const fromMs = performance.now()
  const { total, generator, isComplete } = await crowd.drive({
    mix,
    arrivals: [
      { seconds: warmUpSeconds, actionsPerSecond, isWarmUp: true, ...people },
      { seconds: secondsEach, actionsPerSecond, ...people },
    ],
    signal,
  })
  if (!isComplete) signal.throwIfAborted()
  return {
    actionsPerSecond,
    ...judgeRung(total, search.bounds, generator.isVoid),
    generator,
    fromMs: fromMs + warmUpSeconds * 1_000,
    toMs: performance.now(),
  }
}

export interface RungFigures {
  seconds: number
  all: { count: number; failed: number }
  dynamic: { count: number; failed: number; p95Ms: number }
}

/** Was a rate carried, and how much was answered rightly in it? */
export function judgeRung(figures: RungFigures, bounds: Bounds, isVoid: boolean) {
  const { seconds, all, dynamic } = figures
  const failedShare = all.count === 0 ? 1 : all.failed / all.count
  const broke: Rung['broke'] = isVoid
    ? 'generator'
    : failedShare > bounds.failedShare
      ? 'failures'
      : dynamic.p95Ms > bounds.p95Ms
        ? 'P95'
        : null
  return {
    goodPerSecond: (dynamic.count - dynamic.failed) / Math.max(0.001, seconds),
    p95Ms: dynamic.p95Ms,
    failedShare,
    samples: all.count,
    broke,
  }
}

/** The best rung. @throws Error with what was tried last where nothing was carried */
export function bestOf(who: string, { best, rungs }: Pick<Capacity, 'best' | 'rungs'>): Rung {
  if (best) return best
  const last = rungs.at(-1)
  throw new Error(
    `${who} carries nothing: at ${last?.actionsPerSecond.toFixed(1)} a second ${last ? describeRung(last) : 'nothing'}`,
  )
}

/** `  142 req/s  P95 38 ms  0 % failed`, and why it broke. */
export function describeRung({ goodPerSecond, p95Ms, failedShare, broke }: Rung): string {
  const figures = `${goodPerSecond.toFixed(0)} req/s, P95 ${p95Ms.toFixed(0)} ms, ${(failedShare * 100).toFixed(2)} % failed`
  return broke === null ? figures : `${figures}: breaks (${broke})`
}
