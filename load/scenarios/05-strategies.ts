import { constant } from '../generator/arrivals.ts'
import type { Driven } from '../generator/driven.ts'
import { MIXES, type Mix } from '../generator/mixes.ts'
import { openCrowd } from '../generator/open-crowd.ts'
import { mergeReports, mergeTallies, type Report, type Tally } from '../generator/report.ts'
import { borrowLbStrategy, STRATEGIES, type Strategy } from '../lb-strategy.ts'
import { judge, type Chart, type Scenario } from '../scenario.ts'

const PEOPLE = 400
const ACTIONS_PER_SECOND = 200
/** Decoding a picture holds an app server's core for a tenth of a second and more: that is what makes equal servers unequal. */
const MIXED: Mix = { weights: MIXES.browse.weights, perSecond: { ...MIXES.browse.perSecond, upload: 3 } }
/** In turns, so that what else the machine does falls on all of them. */
const ROUNDS = 2
const SECONDS = 20
const WARM_UP_SECONDS = 3

export const scenario: Scenario = {
  name: 'strategies',
  about: 'least_conn, round_robin, ip_hash and cookie under the same mix of uploads and reads, in turns',
  claims: ['L2'],
  seconds: { quick: null, full: 215 },
  isComparison: true,
  async run({ services, photosDirectory, signal, progress }) {
    await using crowd = await openCrowd(services, { people: PEOPLE, photosDirectory })
    await using lb = borrowLbStrategy(services.config.stateDirectory)
    const reports = new Map<Strategy, Report[]>(STRATEGIES.map((strategy) => [strategy, []]))
    const uses: Driven['generator'][] = []
    for (let round = 1; round <= ROUNDS; round++)
      for (const strategy of STRATEGIES) {
        signal.throwIfAborted()
        await lb.use(strategy)
        const { total, generator } = await crowd.drive({
          mix: MIXED,
          arrivals: constant(ACTIONS_PER_SECOND, SECONDS, WARM_UP_SECONDS),
          signal,
          onSecond: ({ p95Ms }) => progress(`round ${round} of ${ROUNDS}, ${strategy}: P95 ${p95Ms.toFixed(0)} ms`),
        })
        reports.get(strategy)?.push(total)
        uses.push(generator)
      }
    const results = STRATEGIES.map((strategy) => readsOf(strategy, mergeReports(reports.get(strategy) ?? [], false)))
    const [leastConn, roundRobin] = [p95Of(results, 'least_conn'), p95Of(results, 'round_robin')]
    const isVoid = uses.some((use) => use.isVoid)
    const value = leastConn / roundRobin
    return {
      measurements: [
        {
          claim: 'L2',
          value,
          verdict: isVoid ? 'void' : judge('L2', value),
          samples: results.reduce((sum, { reads }) => sum + reads.count, 0),
          note: results
            .map(
              ({ strategy, reads, spread }) =>
                `${strategy} P95 ${reads.p95Ms.toFixed(0)} ms, P99 ${reads.p99Ms.toFixed(0)} ms, busiest to idlest ${spread.toFixed(2)}`,
            )
            .join('; '),
        },
      ],
      charts: [chart(results)],
      generator: {
        cpuShare: Math.max(...uses.map(({ cpuShare }) => cpuShare)),
        lateP99Ms: Math.max(...uses.map(({ lateP99Ms }) => lateP99Ms)),
        isVoid,
      },
    }
  },
}

interface Reads {
  strategy: Strategy
  /** Of everything that an app server answered but the uploads themselves. */
  reads: Tally
  spread: number
}

function readsOf(strategy: Strategy, { kinds, appServers }: Report): Reads {
  const reads = Object.entries(kinds).filter(([kind]) => !['image', 'asset', 'upload', 'upload check'].includes(kind))
  const counts = Object.values(appServers).map(({ count }) => count)
  return {
    strategy,
    reads: mergeTallies(reads.map(([, tally]) => tally)),
    spread: Math.max(...counts) / Math.min(...counts),
  }
}

function p95Of(results: readonly Reads[], strategy: Strategy): number {
  return results.find((each) => each.strategy === strategy)?.reads.p95Ms ?? NaN
}

function chart(results: readonly Reads[]): Chart {
  const series = (['p50Ms', 'p95Ms', 'p99Ms'] as const).map((name) => ({
    name: name.slice(0, 3).toUpperCase(),
    points: results.map(({ reads }, index) => [index, reads[name]] as const),
  }))
  return {
    title: 'reads beside uploads, by who gets the next request',
    kind: 'bars',
    x: 'strategy',
    y: 'ms',
    labels: results.map(({ strategy }) => strategy),
    series,
  }
}
