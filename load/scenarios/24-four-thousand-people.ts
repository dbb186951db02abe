import { CLAIMS } from '../claims.ts'
import { constant } from '../generator/arrivals.ts'
import { MIXES } from '../generator/mixes.ts'
import { openCrowd } from '../generator/open-crowd.ts'
import { judge, type Scenario } from '../scenario.ts'
import { timeCharts } from '../time-chart.ts'
import { warmCaches } from '../warm-caches.ts'

const PEOPLE = 4_000
const ACTIONS_PER_SECOND = 2_000
const HOLD_SECONDS = 60
const RAMP_SECONDS = 20
const FAILED_PERCENT_MAX = CLAIMS.P4.limit

export const scenario: Scenario = {
  name: 'four-thousand-people',
  about: '4,000 people, each with a session and an address of their own, one action every two seconds each, mix browse',
  claims: ['P2b'],
  seconds: { quick: null, full: 110 },
  async run({ services, photosDirectory, signal, progress }) {
    progress('warming up: each has looked at a feed and its photos once')
    await warmCaches(services, PEOPLE, signal)
    await using crowd = await openCrowd(services, { people: PEOPLE, photosDirectory })
    const { total, generator, perSecond, isComplete } = await crowd.drive({
      mix: MIXES.browse,
      arrivals: constant(ACTIONS_PER_SECOND, HOLD_SECONDS, RAMP_SECONDS),
      signal,
      onSecond: ({ second, dynamic, p95Ms, failed }) =>
        progress(`${second} s: ${dynamic} dynamic requests, P95 ${p95Ms.toFixed(0)} ms, ${failed} failed`),
    })
    const { dynamic, all } = total
    const failedPercent = (all.failed / Math.max(1, all.count)) * 100
    const isHeld = isComplete && failedPercent < FAILED_PERCENT_MAX
    const answered = (dynamic.count - dynamic.failed) / total.seconds
    return {
      measurements: [
        {
          claim: 'P2b',
          value: dynamic.p95Ms,
          verdict: generator.isVoid ? 'void' : isHeld ? judge('P2b', dynamic.p95Ms) : 'missed',
          samples: dynamic.count,
          note: `${answered.toFixed(0)} dynamic requests a second, ${failedPercent.toFixed(2)} % of all failed`,
        },
      ],
      charts: timeCharts('4,000 people', perSecond, CLAIMS.P2b.limit),
      generator,
    }
  },
}
