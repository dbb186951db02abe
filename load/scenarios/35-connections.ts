import { createNativeFleet } from '../../src/fleet/native-fleet.ts'
import { APP_SLOTS } from '../../src/platform/ports.ts'
import { CLAIMS } from '../claims.ts'
import { nodeChart, openDatabaseNodes, type DatabaseNodes, type NodeReading } from '../database-nodes.ts'
import { constant } from '../generator/arrivals.ts'
import { MIXES } from '../generator/mixes.ts'
import { openCrowd } from '../generator/open-crowd.ts'
import { judge, type Scenario } from '../scenario.ts'

const PEOPLE = 200
/** All pools are to fill: more than the rates of the other tiers' scenarios. */
const ACTIONS_PER_SECOND = 600
const SECONDS = 30
const LOOK_MS = 500

export const scenario: Scenario = {
  name: 'connections',
  about: `the most connections that a database node sees, by its pg_stat_activity twice a second, while the largest fleet, ${APP_SLOTS} app servers, starts and works`,
  claims: ['D3'],
  seconds: { quick: null, full: 110 },
  async run({ services, photosDirectory, signal, progress }) {
    const fleet = createNativeFleet(services.config)
    const running = (await fleet.list()).filter(({ state }) => state === 'running').length
    await using nodes = await openDatabaseNodes(services)
    await using crowd = await openCrowd(services, { people: PEOPLE, photosDirectory })
    const watch = watchPeaks(nodes, await nodes.read())
    try {
      progress(`starting ${APP_SLOTS - running} further app servers`)
      await fleet.scale(APP_SLOTS, ({ name, to }) => progress(`${name}: ${to}`))
      await crowd.drive({
        mix: MIXES.browse,
        arrivals: constant(ACTIONS_PER_SECOND, SECONDS),
        signal,
        onSecond: ({ second, dynamic }) => progress(`${second} s: ${dynamic} dynamic requests`),
      })
    } finally {
      await watch.stop()
      await fleet.scale(running)
    }
    const value = Math.max(...watch.peaks.map(({ connections }) => connections))
    const limit = { y: CLAIMS.D3.limit, text: `at most ${CLAIMS.D3.limit}` }
    return {
      measurements: [
        { claim: 'D3', value, verdict: judge('D3', value), samples: watch.looks, note: 'the busiest node' },
      ],
      charts: [
        {
          ...nodeChart('Most connections by node', 'connections', watch.peaks, ({ connections }) => connections),
          limit,
        },
      ],
      generator: null,
    }
  },
}

/** What each node saw at its busiest, until stopped. */
function watchPeaks(nodes: DatabaseNodes, first: readonly NodeReading[]) {
  const watch = { peaks: first, looks: 1, stop }
  let isOver = false
  const watching = (async () => {
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      const now = await nodes.read()
      watch.looks += 1
      watch.peaks = watch.peaks.map((peak, index) => ({
        ...peak,
        connections: Math.max(peak.connections, now[index]?.connections ?? 0),
      }))
    }
  })()
  async function stop(): Promise<void> {
    isOver = true
    await watching
  }
  return watch
}
