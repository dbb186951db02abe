import { availableParallelism } from 'node:os'
import { openQuotas, type Quotas } from '../../src/fleet/quota.ts'
import { bestOf, type Capacity, describeRung, findCapacity, type Rung } from '../capacity.ts'
import { createReader, lookAtReadWorld, type PageRead } from '../reads/reader.ts'
import { databaseNodes, postmasters } from '../reads/database-nodes.ts'
import { sampleResources } from '../resources.ts'
import { judge, type Scenario, type ScenarioContext, type ScenarioResult } from '../scenario.ts'
import { voidWithoutQuotas } from '../without-quotas.ts'

export const scenario: Scenario = {
  name: 'reads',
  about: 'pages read past every cache from three, two and one database nodes of equal CPU share',
  claims: ['D2'],
  seconds: { quick: 110, full: 480 },
  run: (context) => voidWithoutQuotas(['D2'], () => run(context)),
}

const SHARE_CORES = 0.15
const BOUNDS = { p95Ms: 300, failedShare: 0.001 }
const PAGES: Readonly<Record<PageRead, number>> = { feed: 60, profile: 20, photo: 20 }
/** Read while a node leaves: a quarter of what one carries would do. */
const CALM_PER_SECOND = 20
/** Each connection makes a few plans of a statement before it keeps one. */
const WARM_UP = { seconds: 8, actionsPerSecond: 200 }

interface Layout {
  nodes: number
  capacity: Capacity
  best: Rung
  /** Cores of each node at that rate. */
  cores: string
}

async function run(context: ScenarioContext): Promise<ScenarioResult> {
  const { services, isQuick, signal, progress } = context
  const { stateDirectory } = services.config
  const nodes = databaseNodes(services.config, services.postgres)
  const replicas = nodes.replicas()
  if (replicas.length !== 2)
    throw new Error(`${replicas.length} replicas can be read, not two   try: ./minigram status`)
  const reader = createReader(services.postgres, await lookAtReadWorld(services.postgres))
  await using resources = await sampleResources({ stateDirectory, hasMemory: false })
  const quotas = openQuotas({ stateDirectory })
  const layouts: Layout[] = []
  const stopped: string[] = []
  let failedWhileLeaving = 0
  try {
    for (let count = 3; count >= 1; count--) {
      if (count < 3) {
        const leaving = replicas[count - 1] ?? ''
        stopped.push(leaving)
        failedWhileLeaving += await leaveUnderReads(reader, () => nodes.stop(leaving), signal)
        if (isQuick && count === 2) continue
      }
      // Connections are opened and plans made before the nodes have their share only.
      limitNodes(quotas, stateDirectory, availableParallelism())
      await reader.drive({ mix: PAGES, arrivals: [WARM_UP], signal })
      limitNodes(quotas, stateDirectory, SHARE_CORES)
      const capacity = await findCapacity(reader, {
        mix: PAGES,
        bounds: BOUNDS,
        from: 20,
        growth: isQuick ? 1.5 : 1.3,
        halvings: isQuick ? 2 : 3,
        secondsEach: isQuick ? 5 : 8,
        warmUpSeconds: 1,
        signal,
        onRung: (rung) => progress(`${nodesOf(count)}: ${describeRung(rung)}`),
      })
      const best = bestOf(nodesOf(count), capacity)
      const { components } = resources.between(best.fromMs, best.toMs)
      const cores = services.postgres.nodes
        .map(({ name, state }) => `${name} (${state.role}) ${(components[name]?.cores ?? 0).toFixed(2)}`)
        .join(', ')
      layouts.push({ nodes: count, capacity, best, cores })
      progress(`${nodesOf(count)}: ${best.goodPerSecond.toFixed(0)} pages/s   cores: ${cores}`)
    }
  } finally {
    quotas.release()
    await Promise.all(stopped.map((name) => nodes.start(name)))
  }
  return conclude(layouts, failedWhileLeaving)
}

function limitNodes(quotas: Quotas, stateDirectory: string, cores: number): void {
  for (const [name, pid] of postmasters(stateDirectory)) quotas.limit(name, cores, [pid])
}

/** Reads calmly while a node leaves. @returns how many reads failed. */
async function leaveUnderReads(
  reader: ReturnType<typeof createReader>,
  leave: () => Promise<void>,
  signal: AbortSignal,
): Promise<number> {
  const ending = new AbortController()
  const reading = reader.drive({
    mix: PAGES,
    arrivals: [{ seconds: 120, actionsPerSecond: CALM_PER_SECOND }],
    signal: AbortSignal.any([signal, ending.signal]),
  })
  try {
    await leave()
  } finally {
    ending.abort()
  }
  return (await reading).total.all.failed
}

function conclude(layouts: readonly Layout[], failedWhileLeaving: number): ScenarioResult {
  const of = (nodes: number) => layouts.find((layout) => layout.nodes === nodes)?.best.goodPerSecond ?? 0
  const value = of(3) / Math.max(1, of(1))
  const failed = layouts.reduce(
    (sum, { best }) => sum + Math.round(best.failedShare * best.samples),
    failedWhileLeaving,
  )
  const isVoid = layouts.some(({ capacity }) => capacity.rungs.some(({ broke }) => broke === 'generator'))
  const figures = layouts.toReversed().map(({ nodes, best }) => `${nodes}: ${best.goodPerSecond.toFixed(0)} pages/s`)
  const note = [
    `nodes of ${SHARE_CORES} cores each, ${figures.join(', ')}`,
    `${failed} reads failed, nodes leaving included`,
    'the primary answers only what would wait for a replica, and with a quarter of its connections at most',
  ].join('; ')
  const byNodes = [...layouts].sort((a, b) => a.nodes - b.nodes)
  return {
    measurements: [
      {
        claim: 'D2',
        value,
        verdict: isVoid ? 'void' : failed > 0 ? 'fail' : judge('D2', value),
        samples: layouts.reduce((sum, { best }) => sum + best.samples, 0),
        note,
      },
    ],
    charts: [
      {
        title: 'Pages read past every cache, by database nodes',
        kind: 'bars',
        x: 'nodes of equal CPU share',
        y: 'pages per second at P95 ≤ 300 ms',
        labels: byNodes.map(({ nodes }) =>
          nodes === 1 ? 'primary alone' : `primary and ${nodes - 1} replica${nodes > 2 ? 's' : ''}`,
        ),
        series: [
          { name: 'pages per second', points: byNodes.map(({ best }, index) => [index, best.goodPerSecond] as const) },
        ],
      },
    ],
    generator: layouts[0]?.best.generator ?? null,
  }
}

function nodesOf(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`
}
