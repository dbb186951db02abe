import { constant } from '../generator/arrivals.ts'
import { MIXES } from '../generator/mixes.ts'
import { openCrowd } from '../generator/open-crowd.ts'
import type { Tally } from '../generator/report.ts'
import { judge, type Chart, type Scenario } from '../scenario.ts'

const PEOPLE = 600
/** Well below what two cores carry: a full queue would even everything out. */
const ACTIONS_PER_SECOND = 300
const SECONDS = { quick: 20, full: 60 }
/** App servers that have just started are not alike: the one that V8 optimizes first is quicker, and gets more. */
const WARM_UP_SECONDS = { quick: 15, full: 30 }

export const scenario: Scenario = {
  name: 'distribution',
  about: 'a steady crowd: does each app server get its share, and is each as quick as the others',
  claims: ['L1', 'L4'],
  seconds: { quick: 45, full: 105 },
  async run({ services, isQuick, photosDirectory, signal, progress }) {
    await using crowd = await openCrowd(services, { people: PEOPLE, photosDirectory })
    const size = isQuick ? 'quick' : 'full'
    progress('warming up')
    const warmUp = constant(ACTIONS_PER_SECOND, WARM_UP_SECONDS[size], 5)
    await crowd.drive({ mix: MIXES.browse, arrivals: warmUp, signal })
    const { total, generator } = await crowd.drive({
      mix: MIXES.browse,
      arrivals: constant(ACTIONS_PER_SECOND, SECONDS[size], 5),
      signal,
      onSecond: ({ second, appServers }) => progress(`${second} s: ${shares(appServers)}`),
    })
    const servers = Object.entries(total.appServers)
    const tallies = servers.map(([, tally]) => tally)
    if (tallies.length < 2) throw new Error(`${tallies.length} app servers answered   try: ./minigram scale app=3`)
    const counts = tallies.map(({ count }) => count)
    const times = tallies.map(({ p95Ms }) => p95Ms)
    const values = {
      L1: Math.max(...counts) / Math.min(...counts),
      L4: (Math.max(...times) / Math.min(...times) - 1) * 100,
    }
    const notes = {
      L1: servers.map(([name, { count }]) => `${name} ${count}`).join(', '),
      L4: servers.map(([name, { p95Ms }]) => `${name} ${p95Ms.toFixed(0)} ms`).join(', '),
    }
    return {
      measurements: (['L1', 'L4'] as const).map((claim) => ({
        claim,
        value: values[claim],
        verdict: generator.isVoid ? 'void' : judge(claim, values[claim]),
        samples: counts.reduce((sum, count) => sum + count, 0),
        note: notes[claim],
      })),
      charts: [
        bars('requests by app server', 'requests', servers, ({ count }) => count),
        bars('response time P95 by app server', 'ms', servers, ({ p95Ms }) => p95Ms),
      ],
      generator,
    }
  },
}

function bars(title: string, y: string, servers: readonly [string, Tally][], value: (tally: Tally) => number): Chart {
  const points = servers.map(([, tally], index) => [index, value(tally)] as const)
  return {
    title,
    kind: 'bars',
    x: 'app server',
    y,
    labels: servers.map(([name]) => name),
    series: [{ name: title, points }],
  }
}

function shares(appServers: Record<string, number>): string {
  return Object.entries(appServers)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}
