import { nodeChart, openDatabaseNodes } from '../database-nodes.ts'
import { constant } from '../generator/arrivals.ts'
import { MIXES } from '../generator/mixes.ts'
import { openCrowd } from '../generator/open-crowd.ts'
import { judge, type Scenario } from '../scenario.ts'

const PEOPLE = 200
const ACTIONS_PER_SECOND = 200
const WARM_UP_SECONDS = { quick: 5, full: 15 }
const SECONDS = { quick: 12, full: 60 }

export const scenario: Scenario = {
  name: 'replicas',
  about:
    'which share of the application’s statements the replicas execute in the mix browse, by pg_stat_statements of each node: those of the app servers, the worker and its queue, without the twice-a-second look at who leads',
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
    await drive(WARM_UP_SECONDS[size])
    const before = await nodes.read()
    const { generator } = await drive(SECONDS[size])
    const after = await nodes.read()
    const counted = after.map((node, index) => ({
      ...node,
      statements: node.statements - (before[index]?.statements ?? 0),
    }))
    const sum = (list: typeof counted) => list.reduce((total, { statements }) => total + statements, 0)
    const samples = sum(counted)
    const value = samples === 0 ? 0 : (sum(counted.filter(({ isPrimary }) => !isPrimary)) / samples) * 100
    return {
      measurements: [{ claim: 'D1', value, verdict: generator.isVoid ? 'void' : judge('D1', value), samples }],
      charts: [nodeChart('Statements by node', 'statements', counted, ({ statements }) => statements)],
      generator,
    }
  },
}
