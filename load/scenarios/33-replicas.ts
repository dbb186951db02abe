import { nodeChart, openDatabaseNodes, type NodeReading } from '../database-nodes.ts'
import { constant } from '../generator/arrivals.ts'
import { MIXES } from '../generator/mixes.ts'
import { openCrowd } from '../generator/open-crowd.ts'
import { judge, type Scenario } from '../scenario.ts'
import { warmCaches } from '../warm-caches.ts'

const PEOPLE = 200
const ACTIONS_PER_SECOND = 200
const WARM_UP_SECONDS = { quick: 5, full: 15 }
const SECONDS = { quick: 12, full: 60 }

export const scenario: Scenario = {
  name: 'replicas',
  about:
    'which share of the application’s statements the replicas execute in the mix browse, by pg_stat_statements of each node: those of the app servers and the worker, without what runs by the clock',
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
    const [value, reads] = [shareOf(counted, 'statements'), shareOf(counted, 'reads')]
    const samples = counted.reduce((sum, { statements }) => sum + statements, 0)
    const note = `of the reads alone ${reads.toFixed(1)} %; writes have to go to the primary`
    return {
      measurements: [{ claim: 'D1', value, verdict: generator.isVoid ? 'void' : judge('D1', value), samples, note }],
      charts: [nodeChart('Statements by node', 'statements', counted, ({ statements }) => statements)],
      generator,
    }
  },
}

/** What the replicas had of all, in percent. */
function shareOf(nodes: readonly NodeReading[], what: 'statements' | 'reads'): number {
  const sum = (list: readonly NodeReading[]) => list.reduce((total, node) => total + node[what], 0)
  return sum(nodes) === 0 ? 0 : (sum(nodes.filter(({ isPrimary }) => !isPrimary)) / sum(nodes)) * 100
}
