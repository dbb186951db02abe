import { CLAIMS } from '../claims.ts'
import type { Second } from '../generator/driven.ts'
import { describeRung, tryRate } from '../capacity.ts'
import { constant, type Step } from '../generator/arrivals.ts'
import type { Crowd } from '../generator/crowd.ts'
import { MIXES } from '../generator/mixes.ts'
import { openCrowd } from '../generator/open-crowd.ts'
import { observe } from '../observed.ts'
import { judge, type Scenario, type ScenarioResult } from '../scenario.ts'
import { timeCharts } from '../time-chart.ts'

const PEOPLE = 3_000
/** The highest of these that is carried here, less some room, is usual: who is never well does not get well again. */
const RATES = [60, 125, 250, 500, 1_000]
const ROOM = 0.8
const TRIAL = { bounds: { p95Ms: CLAIMS.P2.limit, failedShare: 0.001 }, secondsEach: 3, warmUpSeconds: 2 }
const SPIKE = 3
/** Fewer of the spike's actions begun within it, and it was none. */
const OFFERED_MIN = 0.9
const SPIKE_SECONDS = { quick: 8, full: 20 }
const BEFORE_SECONDS = 6
const WARM_UP_SECONDS = 5
const AFTER_SECONDS = 14
/** Well again is to be well for so many seconds in a row. */
const WELL_SECONDS = 3

export const scenario: Scenario = {
  name: 'spike',
  about: 'three times the usual arrivals for a while: what happens meanwhile, and how long until all is well again',
  claims: ['P8'],
  seconds: { quick: 60, full: 75 },
  async run({ services, isQuick, photosDirectory, signal, progress }) {
    const spikeSeconds = SPIKE_SECONDS[isQuick ? 'quick' : 'full']
    await using observer = await observe(services)
    await using crowd = await openCrowd(services, { people: PEOPLE, photosDirectory })
    const carried = await highestCarried(crowd, signal, progress)
    if (carried === null) return tooBusy()
    const usual = Math.round(carried * ROOM)
    const after: Step = { seconds: AFTER_SECONDS, actionsPerSecond: usual }
    const startMs = performance.now()
    const driven = await crowd.drive({
      mix: MIXES.browse,
      arrivals: [
        ...constant(usual, BEFORE_SECONDS, WARM_UP_SECONDS),
        { seconds: spikeSeconds, actionsPerSecond: usual * SPIKE },
        after,
      ],
      signal,
      onSecond: ({ second, done, failed, p95Ms }) =>
        progress(`${second} s: ${done - failed} answered, ${failed} refused or failed, P95 ${p95Ms.toFixed(0)} ms`),
    })
    const [spikeFrom, spikeTo] = [WARM_UP_SECONDS + BEFORE_SECONDS, WARM_UP_SECONDS + BEFORE_SECONDS + spikeSeconds]
    const spike = driven.steps.find(({ step }) => step.actionsPerSecond === usual * SPIKE)
    const recovery = secondsUntilWell(driven.perSecond.filter(({ second }) => second >= spikeTo))
    const refused = observer.shed(startMs, performance.now())
    const during = spike
      ? `during the spike ${spike.report.all.count - spike.report.all.failed} answered at P95 ${spike.report.dynamic.p95Ms.toFixed(0)} ms, ${spike.report.all.failed} refused or failed`
      : ''
    const begun = driven.perSecond
      .filter(({ second }) => second >= spikeFrom && second < spikeTo)
      .reduce((sum, second) => sum + second.begun, 0)
    const isOffered = begun >= usual * SPIKE * spikeSeconds * OFFERED_MIN
    // A generator that is late afterwards makes recovery seem longer, never shorter.
    const isLate = driven.steps.some(({ step, generator }) => step === after && generator.isVoid)
    const verdict = judge('P8', recovery)
    return {
      measurements: driven.isComplete
        ? [
            {
              claim: 'P8',
              value: recovery,
              verdict: isOffered && (verdict === 'pass' || !isLate) ? verdict : 'void',
              samples: driven.total.all.count,
              note: `${usual} actions/s as usual, ${begun} begun in a spike of ${spikeSeconds} s; ${during}; app servers refused ${refused} because of overload`,
            },
          ]
        : [],
      charts: timeCharts('spike', driven.perSecond, CLAIMS.P2.limit, [
        { x: spikeFrom, text: `${SPIKE}× arrivals` },
        { x: spikeTo, text: 'over' },
      ]),
      generator: driven.generator,
    }
  },
}

async function highestCarried(
  crowd: Crowd,
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<number | null> {
  let best: number | null = null
  for (const rate of RATES) {
    const rung = await tryRate(crowd, { mix: MIXES.browse, signal, ...TRIAL }, rate)
    progress(`${rate} actions/s: ${describeRung(rung)}`)
    if (rung.broke === null) best = rate
    // Who has just started may be too slow for the first of them.
    else if (best !== null) break
  }
  return best
}

function tooBusy(): ScenarioResult {
  const note = `not even ${RATES[0]} actions/s are carried: the machine is busy with something else`
  return { measurements: [{ claim: 'P8', value: 0, verdict: 'void', samples: 0, note }], charts: [], generator: null }
}

/** From the first of `seconds` on; more than there are where it never got well. */
export function secondsUntilWell(seconds: readonly Second[]): number {
  const isWell = ({ p95Ms, failed, done }: Second) => p95Ms <= CLAIMS.P2.limit && failed <= done * 0.001
  const index = seconds.findIndex((_, from) => {
    const next = seconds.slice(from, from + WELL_SECONDS)
    return next.length === WELL_SECONDS && next.every(isWell)
  })
  return index === -1 ? seconds.length + 1 : index
}
