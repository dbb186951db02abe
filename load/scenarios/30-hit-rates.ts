import { CLAIMS, type ClaimId } from '../claims.ts'
import { difference, readCounters, type ServerCounters } from '../counters.ts'
import { constant } from '../generator/arrivals.ts'
import { MIXES } from '../generator/mixes.ts'
import { openCrowd } from '../generator/open-crowd.ts'
import type { CacheCounts, Report } from '../generator/report.ts'
import { latencyChart } from '../latency-chart.ts'
import { judge, type Measurement, type Scenario } from '../scenario.ts'
import { warmCaches } from '../warm-caches.ts'

/** Enough to be like a day's traffic, and little enough to leave the machine room: hit rates are no matter of speed. */
const PEOPLE = 200
const ACTIONS_PER_SECOND = 200
const WARM_UP_SECONDS = { quick: 8, full: 30 }
const SECONDS = { quick: 15, full: 60 }
/** Answers of the API that are reads; writes cannot be answered from a cache. */
const READS = ['feed', 'profile', 'photo', 'explore', 'search', 'comment check']

export const scenario: Scenario = {
  name: 'hit-rates',
  about:
    'how much each tier answers by itself, by the Cache-Status of every answer, in the mix browse with warm caches. An app server says “hit” when it asked no database node.',
  claims: ['C1', 'C2', 'C3', 'C4'],
  seconds: { quick: 30, full: 100 },
  async run({ services, isQuick, photosDirectory, signal, progress }) {
    const size = isQuick ? 'quick' : 'full'
    progress('warming up: each has looked at a feed and its photos once')
    await warmCaches(services, PEOPLE, signal)
    await using crowd = await openCrowd(services, { people: PEOPLE, photosDirectory })
    const drive = (seconds: number) =>
      crowd.drive({
        mix: MIXES.browse,
        arrivals: constant(ACTIONS_PER_SECOND, seconds),
        signal,
        onSecond: ({ second, dynamic }) => progress(`${second} s: ${dynamic} dynamic requests`),
      })
    await drive(WARM_UP_SECONDS[size])
    const before = await readCounters(services.config.portOffset)
    const { total, generator } = await drive(SECONDS[size])
    const counters = difference(before, await readCounters(services.config.portOffset))
    const share = (claim: ClaimId, { hits, count }: Share, note?: string): Measurement => {
      const value = count === 0 ? 0 : (hits / count) * 100
      const verdict = generator.isVoid ? 'void' : judge(claim, value)
      return { claim, value, verdict, samples: count, ...(note === undefined ? {} : { note }) }
    }
    return {
      measurements: [
        share('C1', sharesOf(total, 'edge', ['image', 'asset'])),
        share(
          'C2',
          lookUpsOf(counters, 'profile'),
          'look-ups of profiles in memory and redis-cache, by the app servers’ counters; whether the reader follows the person is asked beside it',
        ),
        share('C3', sharesOf(total, 'app', ['feed'])),
        share('C4', sharesOf(total, 'app', READS), 'all reads of the API by people who are signed in'),
      ],
      charts: [hitChart(total), latencyChart('Response times by who answered', total.tiers)],
      generator,
    }
  },
}

interface Share {
  hits: number
  count: number
}

/** Answers of these kinds that a tier had, of all requests of these kinds: one that was not even looked up, or failed, is no hit. */
function sharesOf({ caches, kinds }: Report, tier: string, names: readonly string[]): Share {
  const sum = (pick: (name: string) => number) => names.reduce((total, name) => total + pick(name), 0)
  return {
    hits: sum((name) => caches[`${tier} ${name}`]?.hits ?? 0),
    count: sum((name) => kinds[name]?.count ?? 0),
  }
}

/** Of all look-ups of a kind of thing, how many had not to go to a database node. */
function lookUpsOf({ cache }: ServerCounters, kind: string): Share {
  const of = (tier: string, outcome: string) => cache[`${tier} ${kind} ${outcome}`] ?? 0
  const hits = of('memory', 'hit') + of('redis-cache', 'hit')
  return { hits, count: hits + of('redis-cache', 'miss') }
}

function hitChart({ caches }: Report) {
  const rows = Object.entries(caches)
    .map(([name, counts]) => ({ name: name.replace(' ', ': '), rate: rateOf(counts) }))
    .filter((row): row is { name: string; rate: number } => row.rate !== null)
  return {
    title: 'Hit rate by tier and kind',
    kind: 'bars',
    x: 'tier: kind',
    y: 'hits of look-ups, %',
    labels: rows.map(({ name }) => name),
    series: [{ name: 'hit rate', points: rows.map(({ rate }, index) => [index, rate] as const) }],
    limit: { y: CLAIMS.C4.limit, text: `C4: ${CLAIMS.C4.limit} %` },
  } as const
}

/** Null where nothing was looked up. */
function rateOf({ hits, misses }: CacheCounts): number | null {
  return hits + misses === 0 ? null : (hits / (hits + misses)) * 100
}
