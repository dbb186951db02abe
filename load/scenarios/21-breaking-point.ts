import { CLAIMS } from '../claims.ts'
import type { Driven, Second } from '../generator/driven.ts'
import { constant, steps } from '../generator/arrivals.ts'
import { MIXES } from '../generator/mixes.ts'
import { openCrowd } from '../generator/open-crowd.ts'
import { observe } from '../observed.ts'
import { judge, type Scenario } from '../scenario.ts'
import { timeCharts } from '../time-chart.ts'

const PEOPLE = 4_000
/** Actions a second; three quarters of them are dynamic requests. */
const RATES = [1_000, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000, 5_000, 6_000, 8_000]
const STEP_SECONDS = 10
const WARM_UP_SECONDS = 8
/** Beyond the breaking point, to see whether it collapses: this many times the rate that broke it. */
const BEYOND = 1.5
const ERROR_SHARE_MAX = 0.001

export const scenario: Scenario = {
  name: 'breaking-point',
  about:
    'more and more arrivals until P95 or errors are over their limit, then half as many again: what gives way, and what is left',
  claims: ['P8b', 'P8c'],
  seconds: { quick: null, full: 130 },
  async run({ services, photosDirectory, signal, progress }) {
    await using observer = await observe(services)
    await using crowd = await openCrowd(services, { people: PEOPLE, photosDirectory })
    const say = (rate: string) => (second: Second) =>
      progress(
        `${rate} actions/s: ${second.done - second.failed} answered, ${second.failed} failed, P95 ${second.p95Ms.toFixed(0)} ms`,
      )
    const drive = (rate: number, warmUp: number) =>
      crowd.drive({
        mix: MIXES.browse,
        arrivals: constant(rate, STEP_SECONDS, warmUp),
        signal,
        onSecond: say(String(rate)),
      })

    const held: { rate: number; driven: Driven }[] = []
    let broken: { rate: number; driven: Driven; fromMs: number; toMs: number } | null = null
    for (const rate of RATES) {
      const driven = await drive(rate, held.length === 0 ? WARM_UP_SECONDS : 2)
      if (signal.aborted) break
      if (isHeld(driven)) held.push({ rate, driven })
      else {
        const toMs = performance.now()
        broken = { rate, driven, fromMs: toMs - driven.total.seconds * 1_000, toMs }
        break
      }
    }
    const last = held.at(-1)
    if (!broken) {
      return { measurements: [], charts: charts(held, null), generator: last?.driven.generator ?? null }
    }
    const { total, generator } = broken.driven
    const { resource, because } = observer.bottleneck(broken.fromMs, broken.toMs, {
      generator,
      p95Ms: total.dynamic.p95Ms,
    })
    const beyond = signal.aborted
      ? null
      : await crowd.drive({
          mix: MIXES.browse,
          arrivals: steps([broken.rate * BEYOND], STEP_SECONDS),
          signal,
          onSecond: say(String(broken.rate * BEYOND)),
        })
    const best = Math.max(...[...held, broken].map(({ driven }) => answeredPerSecond(driven)))
    const kept = beyond ? (answeredPerSecond(beyond) / best) * 100 : 0
    const shedBeyond = beyond
      ? Object.entries(beyond.total.failures)
          .filter(([why]) => why.endsWith(': 503'))
          .reduce((sum, [, count]) => sum + count, 0)
      : 0
    return {
      measurements: [
        {
          claim: 'P8b',
          value: last?.rate ?? 0,
          verdict: judge('P8b', last?.rate ?? 0),
          samples: held.reduce((sum, { driven }) => sum + driven.total.all.count, total.all.count),
          note: `at ${broken.rate} actions/s P95 ${total.dynamic.p95Ms.toFixed(0)} ms, ${(failedShare(broken.driven) * 100).toFixed(2)} % failed: ${resource} gave way (${because})`,
        },
        ...(beyond
          ? [
              {
                claim: 'P8c' as const,
                value: kept,
                verdict: judge('P8c', kept),
                samples: beyond.total.all.count,
                note: `${answeredPerSecond(beyond).toFixed(0)} of ${best.toFixed(0)} requests/s answered; ${shedBeyond} refused with 503, ${beyond.total.all.failed - shedBeyond} failed otherwise`,
              },
            ]
          : []),
      ],
      charts: [
        ...charts([...held, broken], broken.rate),
        ...(beyond ? timeCharts('beyond the breaking point', beyond.perSecond, CLAIMS.P2.limit) : []),
      ],
      generator,
    }
  },
}

function failedShare({ total }: Driven): number {
  return total.all.failed / Math.max(1, total.all.count)
}

function answeredPerSecond({ total }: Driven): number {
  return (total.all.count - total.all.failed) / Math.max(0.001, total.seconds)
}

function isHeld(driven: Driven): boolean {
  return driven.total.dynamic.p95Ms <= CLAIMS.P2.limit && failedShare(driven) <= ERROR_SHARE_MAX
}

function charts(runs: readonly { rate: number; driven: Driven }[], brokenAt: number | null) {
  const line = (name: string, value: (driven: Driven) => number) => ({
    name,
    points: runs.map(({ rate, driven }) => [rate, value(driven)] as const),
  })
  const marks = brokenAt === null ? [] : [{ x: brokenAt, text: 'gave way' }]
  const common = { kind: 'line', x: 'actions a second', marks } as const
  return [
    {
      ...common,
      title: 'to the breaking point: response time',
      y: 'ms',
      series: [line('P50', ({ total }) => total.dynamic.p50Ms), line('P95', ({ total }) => total.dynamic.p95Ms)],
      limit: { y: CLAIMS.P2.limit, text: `${CLAIMS.P2.limit} ms` },
    },
    {
      ...common,
      title: 'to the breaking point: requests answered',
      y: 'per second',
      series: [line('answered', answeredPerSecond)],
    },
  ]
}
