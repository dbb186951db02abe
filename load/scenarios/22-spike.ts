import { CLAIMS } from '../claims.ts'
import type { Second } from '../generator/driven.ts'
import { constant } from '../generator/arrivals.ts'
import { MIXES } from '../generator/mixes.ts'
import { openCrowd } from '../generator/open-crowd.ts'
import { observe } from '../observed.ts'
import { judge, type Scenario } from '../scenario.ts'
import { timeCharts } from '../time-chart.ts'

const PEOPLE = 3_000
const USUAL_PER_SECOND = 1_000
const SPIKE = 3
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
  seconds: { quick: 40, full: 52 },
  async run({ services, isQuick, photosDirectory, signal, progress }) {
    const spikeSeconds = SPIKE_SECONDS[isQuick ? 'quick' : 'full']
    await using observer = await observe(services)
    await using crowd = await openCrowd(services, { people: PEOPLE, photosDirectory })
    const startMs = performance.now()
    const driven = await crowd.drive({
      mix: MIXES.browse,
      arrivals: [
        ...constant(USUAL_PER_SECOND, BEFORE_SECONDS, WARM_UP_SECONDS),
        { seconds: spikeSeconds, actionsPerSecond: USUAL_PER_SECOND * SPIKE },
        { seconds: AFTER_SECONDS, actionsPerSecond: USUAL_PER_SECOND },
      ],
      signal,
      onSecond: ({ second, done, failed, p95Ms }) =>
        progress(`${second} s: ${done - failed} answered, ${failed} refused or failed, P95 ${p95Ms.toFixed(0)} ms`),
    })
    const [spikeFrom, spikeTo] = [WARM_UP_SECONDS + BEFORE_SECONDS, WARM_UP_SECONDS + BEFORE_SECONDS + spikeSeconds]
    const spike = driven.steps.find(({ step }) => step.actionsPerSecond === USUAL_PER_SECOND * SPIKE)
    const recovery = secondsUntilWell(driven.perSecond.filter(({ second }) => second >= spikeTo))
    const refused = observer.shed(startMs, performance.now())
    const during = spike
      ? `during the spike ${spike.report.all.count - spike.report.all.failed} answered at P95 ${spike.report.dynamic.p95Ms.toFixed(0)} ms, ${spike.report.all.failed} refused or failed`
      : ''
    return {
      measurements: driven.isComplete
        ? [
            {
              claim: 'P8',
              value: recovery,
              verdict: judge('P8', recovery),
              samples: driven.total.all.count,
              note: `${during}; app servers refused ${refused} because of overload`,
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

/** From the first of `seconds` on; more than there are where it never got well. */
export function secondsUntilWell(seconds: readonly Second[]): number {
  const isWell = ({ p95Ms, failed, done }: Second) => p95Ms <= CLAIMS.P2.limit && failed <= done * 0.001
  const index = seconds.findIndex((_, from) => {
    const next = seconds.slice(from, from + WELL_SECONDS)
    return next.length === WELL_SECONDS && next.every(isWell)
  })
  return index === -1 ? seconds.length + 1 : index
}
