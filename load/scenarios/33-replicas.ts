import { nodeChart, openDatabaseNodes, type NodeReading } from '../database-nodes.ts'
import { constant } from '../generator/arrivals.ts'
import { MIXES } from '../generator/mixes.ts'
import { openCrowd } from '../generator/open-crowd.ts'
import { judge, type Scenario } from '../scenario.ts'
import { warmCaches } from '../warm-caches.ts'

const PEOPLE = 200
const ACTIONS_PER_SECOND = 200
const WARM_UP_SECONDS = { quick: 5, full: 15 }
const SECONDS = { quick: 16, full: 60 }

export const scenario: Scenario = {
  name: 'replicas',
  about:
    'which share of the application’s reads the replicas execute in the mix browse, by pg_stat_statements of each node: those of the app servers and the worker, without what runs by the clock',
  claims: ['D1'],
  seconds: { quick: 25, full: 85 },
  async run({ services, isQuick, photosDirectory, signal, progress }) {
    const size = isQuick ? 'quick' : 'full'
    await using nodes = await openDatabaseNodes(services)
    await using crowd = await openCrowd(services, { people: PEOPLE, photosDirectory })
    const drive = (seconds: number) =>
      crowd.drive({
        mix: MIXES.browse,
        arrivals: constant(ACTIONS_PER_SECOND, seconds),
        signal,
        onSecond: ({ second, dynamic }) => progress(`${second} s: ${dynamic} dynamic requests`),
      })
    progress('warming up')
    await warmCaches(services, PEOPLE, signal)
    await drive(WARM_UP_SECONDS[size])
    const before = await nodes.read()
    const { generator } = await drive(SECONDS[size])
    const counted = (await nodes.read()).map((node, index) => ({
      ...node,
      statements: node.statements - (before[index]?.statements ?? 0),
      reads: node.reads - (before[index]?.reads ?? 0),
    }))
    const [value, all] = [shareOf(counted, 'reads'), shareOf(counted, 'statements')]
    const [samples, statements] = [sumOf(counted, 'reads'), sumOf(counted, 'statements')]
    const note = `of all ${statements.toLocaleString('en')} statements ${all.toFixed(1)} %: writes go to the primary, and most reads are answered by caches`
    return {
      measurements: [{ claim: 'D1', value, verdict: generator.isVoid ? 'void' : judge('D1', value), samples, note }],
      charts: [nodeChart('Statements by node', 'statements', counted, ({ statements }) => statements)],
      generator,
    }
  },
}

/** What the replicas had of all, in percent. */
function shareOf(nodes: readonly NodeReading[], what: 'statements' | 'reads'): number {
  const all = sumOf(nodes, what)
  const replicas = nodes.filter(({ isPrimary }) => !isPrimary)
  return all === 0 ? 0 : (sumOf(replicas, what) / all) * 100
}

function sumOf(nodes: readonly NodeReading[], what: 'statements' | 'reads'): number {
  return nodes.reduce((total, node) => total + node[what], 0)
}
