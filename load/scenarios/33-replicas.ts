import { createNativeFleet } from '../../src/fleet/native-fleet.ts'
import { APP_SLOTS } from '../../src/platform/ports.ts'
import { CLAIMS } from '../claims.ts'
import { openDatabaseNodes, type DatabaseNodes, type NodeReading } from '../database-nodes.ts'
import { constant } from '../generator/arrivals.ts'
import { MIXES } from '../generator/mixes.ts'
import { openCrowd } from '../generator/open-crowd.ts'
import { judge, type GeneratorUse, type Scenario, type ScenarioContext } from '../scenario.ts'

const PEOPLE = 400
const ACTIONS_PER_SECOND = 400
const WARM_UP_SECONDS = { quick: 5, full: 15 }
const SECONDS = { quick: 15, full: 60 }
/** At the largest fleet, which leaves the machine little room beside it. */
const CONNECTION_SECONDS = { quick: 8, full: 30 }
const LOOK_MS = 500

export const scenario: Scenario = {
  name: 'replicas',
  about: `which share of the application’s statements the replicas execute, by pg_stat_statements of each node (all of the app servers and the worker; not the twice-a-second look at who leads), and the most connections that a node sees while ${APP_SLOTS} app servers are at work`,
  claims: ['D1', 'D3'],
  seconds: { quick: 75, full: 170 },
  async run(context) {
    const size = context.isQuick ? 'quick' : 'full'
    await using nodes = await openDatabaseNodes(context.services)
    await using crowd = await openCrowd(context.services, { people: PEOPLE, photosDirectory: context.photosDirectory })
    const drive = (seconds: number, what: string) =>
      crowd.drive({
        mix: MIXES.browse,
        arrivals: constant(ACTIONS_PER_SECOND, seconds),
        signal: context.signal,
        onSecond: ({ second, dynamic }) => context.progress(`${what}, ${second} s: ${dynamic} dynamic requests`),
      })
    await drive(WARM_UP_SECONDS[size], 'warming up')
    const before = await nodes.read()
    const { generator } = await drive(SECONDS[size], 'statements')
    const statements = difference(before, await nodes.read())
    const peaks = await atLargestFleet(context, nodes, () => drive(CONNECTION_SECONDS[size], 'connections'))
    return {
      measurements: [shareMeasurement(statements, generator), peakMeasurement(peaks)],
      charts: [
        nodeChart('Statements by node', 'statements', statements, ({ statements: count }) => count),
        {
          ...nodeChart(
            `Most connections with ${APP_SLOTS} app servers`,
            'connections',
            peaks,
            ({ connections }) => connections,
          ),
          limit: { y: CLAIMS.D3.limit, text: `at most ${CLAIMS.D3.limit}` },
        },
      ],
      generator,
    }
  },
}

/** @returns what each node saw at its busiest */
async function atLargestFleet(
  { services, progress }: ScenarioContext,
  nodes: DatabaseNodes,
  work: () => Promise<unknown>,
) {
  const fleet = createNativeFleet(services.config)
  const running = (await fleet.list()).filter(({ state }) => state === 'running').length
  let peaks = await nodes.read()
  try {
    progress(`starting ${APP_SLOTS - running} further app servers`)
    await fleet.scale(APP_SLOTS, ({ name, to }) => progress(`${name}: ${to}`))
    let isOver = false
    const watching = (async () => {
      while (!isOver) {
        const now = await nodes.read()
        peaks = peaks.map((peak, index) => ({
          ...peak,
          connections: Math.max(peak.connections, now[index]?.connections ?? 0),
        }))
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      }
    })()
    await work().finally(() => (isOver = true))
    await watching
  } finally {
    await fleet.scale(running)
  }
  return peaks
}

function difference(before: readonly NodeReading[], after: readonly NodeReading[]): NodeReading[] {
  return after.map((node, index) => ({ ...node, statements: node.statements - (before[index]?.statements ?? 0) }))
}

function shareMeasurement(nodes: readonly NodeReading[], generator: GeneratorUse) {
  const sum = (list: readonly NodeReading[]) => list.reduce((total, { statements }) => total + statements, 0)
  const samples = sum(nodes)
  const value = samples === 0 ? 0 : (sum(nodes.filter(({ isPrimary }) => !isPrimary)) / samples) * 100
  return { claim: 'D1', value, verdict: generator.isVoid ? 'void' : judge('D1', value), samples } as const
}

function peakMeasurement(peaks: readonly NodeReading[]) {
  const value = Math.max(...peaks.map(({ connections }) => connections))
  const note = `the busiest of the nodes, with ${APP_SLOTS} app servers`
  return { claim: 'D3', value, verdict: judge('D3', value), samples: peaks.length, note } as const
}

function nodeChart(title: string, y: string, nodes: readonly NodeReading[], pick: (node: NodeReading) => number) {
  return {
    title,
    kind: 'bars',
    x: 'node',
    y,
    labels: nodes.map(({ name, isPrimary }) => `${name}, ${isPrimary ? 'primary' : 'replica'}`),
    series: [{ name: y, points: nodes.map((node, index) => [index, pick(node)] as const) }],
  } as const
}
