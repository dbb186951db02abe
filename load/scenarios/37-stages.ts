import { openQuotas } from '../../src/fleet/quota.ts'
import { borrowFleet, shareEqually, warmUp } from '../borrowed-fleet.ts'
import { bestOf, type Bounds, type CapacitySearch, describeRung, findCapacity, tryRate } from '../capacity.ts'
import { describeUse, groupUse } from '../component-groups.ts'
import { openCrowd, type OpenCrowdOptions } from '../generator/open-crowd.ts'
import { BROWSE_WITHOUT_UPLOADS } from '../people-mix.ts'
import { sampleResources } from '../resources.ts'
import type { Scenario, ScenarioContext, ScenarioResult } from '../scenario.ts'
import { startStageTwo } from '../stage-two/start.ts'
import { compareStages } from '../stage-two/compare.ts'
import { voidWithoutQuotas } from '../without-quotas.ts'

const CLAIMS = ['P7', 'P7b', 'P7c', 'P7d'] as const

export const scenario: Scenario = {
  name: 'stages',
  about: 'one app server without balancer, edge, caches and replicas against the whole stack, equal CPU per app server',
  claims: CLAIMS,
  seconds: { quick: 170, full: 360 },
  run: (context) => voidWithoutQuotas(CLAIMS, () => run(context)),
}

/** As in scale-out. */
const SHARE_CORES = 0.2
const STAGE_THREE_APPS = 5
/** What each stage promises: the table of the project's brief. */
const PROMISES: Readonly<Record<'two' | 'three', Bounds>> = {
  two: { p95Ms: 1_500, failedShare: 0.01 },
  three: { p95Ms: 300, failedShare: 0.001 },
}
const PEOPLE_MAX = 2_000
/** For each app server, before it has its share only. */
const WARM_UP_PER_SECOND = 120
/** People act about once a second: as many people as actions. */
const SECONDS_BETWEEN_ACTIONS = 1

type StagePorts = Pick<OpenCrowdOptions, 'ports'>

async function run(context: ScenarioContext): Promise<ScenarioResult> {
  const { services, photosDirectory, progress } = context
  const { stateDirectory } = services.config
  await using fleet = await borrowFleet({ stateDirectory })
  using quotas = openQuotas({ stateDirectory })
  await using two = await startStageTwo(services.postgres.primary().name)
  await using resources = await sampleResources({ stateDirectory, also: { 'stage-2': two.pid } })
  await fleet.scale(STAGE_THREE_APPS)
  const share = {
    two: async () => quotas.limit('stage-2', SHARE_CORES, [two.pid]),
    three: () => shareEqually(fleet, quotas, SHARE_CORES),
  }

  const measure = async (stage: 'two' | 'three', from: number, also?: number, ports?: StagePorts) => {
    const [name, apps] = stage === 'two' ? ['Stage 2', 1] : ['Stage 3', STAGE_THREE_APPS]
    await using crowd = await openCrowd(services, { people: PEOPLE_MAX, photosDirectory, ...ports })
    await warmUp(crowd, {
      mix: BROWSE_WITHOUT_UPLOADS,
      actionsPerSecond: WARM_UP_PER_SECOND * apps,
      signal: context.signal,
    })
    await share[stage]()
    const search = searchOf(context, name, PROMISES[stage], from)
    const capacity = await findCapacity(crowd, search)
    const best = bestOf(name, capacity)
    const use = resources.between(best.fromMs, best.toMs)
    progress(`${name}: ${Math.round(best.actionsPerSecond)} people   cores: ${describeUse(use)}`)
    return { name, most: best, same: also === undefined ? best : await tryRate(crowd, search, also), capacity, use }
  }
  const stageTwo = await measure('two', 15, undefined, { ports: { lb: two.port, edge: two.port } })
  const mostOfTwo = stageTwo.most.actionsPerSecond
  const stageThree = await measure('three', mostOfTwo * 1.5, mostOfTwo)
  const compared = compareStages(stageTwo, stageThree)
  for (const line of compared.table) progress(line)
  const isVoid = [stageTwo, stageThree].some(({ capacity }) =>
    capacity.rungs.some(({ broke }) => broke === 'generator'),
  )
  const shares = `app servers of ${SHARE_CORES} cores: one in Stage 2, ${STAGE_THREE_APPS} in Stage 3`
  const labels = ['Stage 2', 'Stage 3']
  const groups = [stageTwo, stageThree].map(({ use }) => groupUse(use))
  const names = [...new Set(groups.flat().map(({ name }) => name))]
  return {
    measurements: compared.measurements.map((each) => ({
      ...each,
      verdict: isVoid ? 'void' : each.verdict,
      note: `${shares}; ${each.note}`,
    })),
    charts: [
      {
        title: 'Stage 2 and Stage 3: P95 as people come',
        kind: 'line',
        x: 'people, one action a second each',
        y: 'P95 in ms',
        limit: { y: PROMISES.three.p95Ms, text: `${PROMISES.three.p95Ms} ms` },
        series: [stageTwo, stageThree].map(({ capacity, name }) => ({
          name,
          points: capacity.rungs
            .map(({ actionsPerSecond, p95Ms }) => [actionsPerSecond, p95Ms] as const)
            .sort(([a], [b]) => a - b),
        })),
      },
      {
        title: 'CPU of each component at the most that each stage carries',
        kind: 'bars',
        x: 'stage',
        y: 'cores',
        labels,
        series: names.map((name) => ({
          name,
          points: groups.map((group, index) => [index, group.find((each) => each.name === name)?.cores ?? 0] as const),
        })),
      },
    ],
    generator: stageThree.most.generator,
  }
}

function searchOf(
  { isQuick, signal, progress }: ScenarioContext,
  name: string,
  bounds: Bounds,
  from: number,
): CapacitySearch {
  return {
    mix: BROWSE_WITHOUT_UPLOADS,
    bounds,
    from,
    growth: isQuick ? 1.5 : 1.35,
    halvings: isQuick ? 2 : 3,
    secondsEach: isQuick ? 6 : 10,
    warmUpSeconds: 2,
    secondsBetweenActions: SECONDS_BETWEEN_ACTIONS,
    signal,
    onRung: (rung) => progress(`${name}, ${Math.round(rung.actionsPerSecond)} people: ${describeRung(rung)}`),
  }
}
