import { CLAIMS } from '../claims.ts'
import { constant } from '../generator/arrivals.ts'
import { MIXES } from '../generator/mixes.ts'
import { openCrowd } from '../generator/open-crowd.ts'
import { observe } from '../observed.ts'
import { judge, type Measurement, type Scenario } from '../scenario.ts'
import { timeCharts } from '../time-chart.ts'
import { warmCaches } from '../warm-caches.ts'

const PEOPLE = CLAIMS.P1.limit
const ACTIONS_PER_SECOND_EACH = 1
const HOLD_SECONDS = { quick: 15, full: 60 }
/** Scaling in and out before has left app servers that are seconds old, whose code V8 has yet to optimize. */
const WARM_UP_SECONDS = { quick: 40, full: 60 }
const WARM_UP_SHARE = 0.5
const RAMP_SECONDS = { quick: 14, full: 20 }

export const scenario: Scenario = {
  name: 'two-thousand-people',
  about: '2,000 people, each with a session and an address of their own, one action a second each, mix browse',
  claims: ['P1', 'P2', 'P3', 'P4'],
  seconds: { quick: 80, full: 170 },
  async run({ services, isQuick, photosDirectory, signal, progress }) {
    const size = isQuick ? 'quick' : 'full'
    progress('warming up: each has looked at a feed and its photos once')
    await warmCaches(services, PEOPLE, signal)
    await using crowd = await openCrowd(services, { people: PEOPLE, photosDirectory })
    progress('warming up: half as many actions for a while')
    const calm = constant(PEOPLE * ACTIONS_PER_SECOND_EACH * WARM_UP_SHARE, WARM_UP_SECONDS[size])
    await crowd.drive({ mix: MIXES.browse, arrivals: calm, signal })
    await using observer = await observe(services)
    const driven = await crowd.drive({
      mix: MIXES.browse,
      arrivals: constant(PEOPLE * ACTIONS_PER_SECOND_EACH, HOLD_SECONDS[size], RAMP_SECONDS[size]),
      signal,
      onSecond: ({ second, dynamic, p95Ms, failed }) =>
        progress(`${second} s: ${dynamic} dynamic requests, P95 ${p95Ms.toFixed(0)} ms, ${failed} failed`),
    })
    const { total, generator } = driven
    const { dynamic, all } = total
    const samples = dynamic.count
    const endMs = performance.now()
    const { resource, because } = observer.bottleneck(endMs - total.seconds * 1_000, endMs, {
      generator,
      p95Ms: dynamic.p95Ms,
    })
    const reasons = Object.entries(total.failures).slice(0, 3)
    const used = `most used: ${resource} (${because})`
    const values = {
      P2: [dynamic.p95Ms, samples, used],
      // A refusal is an answer, and no throughput.
      P3: [(dynamic.count - dynamic.failed) / total.seconds, samples, used],
      P4: [
        (all.failed / Math.max(1, all.count)) * 100,
        all.count,
        reasons.map(([why, count]) => `${why} ×${count}`).join(', '),
      ],
    } as const
    const rest = Object.entries(values).map(([claim, [value, count, note]]): Measurement => {
      // The keys of the record above.
      const id = claim as keyof typeof values
      const verdict = generator.isVoid ? 'void' : judge(id, value)
      return { claim: id, value, verdict, samples: count, ...(note === '' ? {} : { note }) }
    })
    const isHeld = driven.isComplete && rest.every(({ verdict }) => verdict === 'pass')
    const people: Measurement = {
      claim: 'P1',
      value: driven.people,
      verdict: generator.isVoid ? 'void' : isHeld ? 'pass' : 'fail',
      samples: total.actions,
      ...(isHeld ? {} : { note: 'they were there, but P2, P3 or P4 did not hold' }),
    }
    return {
      measurements: [people, ...rest],
      charts: timeCharts('2,000 people', driven.perSecond, CLAIMS.P2.limit),
      generator,
    }
  },
}
