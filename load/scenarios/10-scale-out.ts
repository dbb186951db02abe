import { availableParallelism } from 'node:os'
import { openQuotas } from '../../src/fleet/quota.ts'
import { borrowFleet, scaleUnderLoad, shareEqually, warmUp } from '../borrowed-fleet.ts'
import { bestOf, describeRung, findCapacity, type Rung, walkEdge } from '../capacity.ts'
import { describeUse, groupUse } from '../component-groups.ts'
import { openCrowd } from '../generator/open-crowd.ts'
import { againstLinear } from '../linear.ts'
import { BROWSE_WITHOUT_UPLOADS } from '../people-mix.ts'
import { median, middleBy } from '../quantiles.ts'
import { type ResourceUse, sampleResources } from '../resources.ts'
import { type Chart, judge, type Scenario, type ScenarioContext, type ScenarioResult } from '../scenario.ts'
import { voidWithoutQuotas } from '../without-quotas.ts'

export const scenario: Scenario = {
  name: 'scale-out',
  about:
    'app servers of equal small CPU share, 1 → 2 → 3 → 5, then each again down to 1: what it carries, against linear',
  claims: ['S1'],
  seconds: { quick: 220, full: 1_500 },
  run: (context) => voidWithoutQuotas(['S1'], () => run(context)),
}

/** So small that three of them, what they need behind them and the generator fit into two cores. */
const SHARE_CORES = 0.25
/** They are started in this order and measured in the other, so that nobody who is measured has just started. */
const COUNTS = { quick: [1, 3], full: [1, 2, 3, 5] } as const
/** The speed of a shared machine changes by a sixth within a minute: fleets are compared within a pass, and the median pass counts. */
const PASSES = { quick: 1, full: 3 } as const
const BOUNDS = { p95Ms: 300, failedShare: 0.001 }
/** Of the machine's cores in use: beyond it, another app server has nothing to run on. */
const FULL_SHARE = 0.93
/** Nobody is that much better than linear: the one app server stalled, and is no measure for the others. */
const EFFICIENCY_MAX = 120
const PEOPLE = 600
/** Of each app server, before it has its share only. */
const WARM_UP_PER_SECOND = 300
/** Of each, which one of this share surely carries: the load under which the fleet grows and shrinks. */
const SURELY_PER_SECOND = 250
/** Where the first ladder begins, and, of what each of a larger fleet carried, that of a smaller one. */
const LADDER_FROM = { perSecond: 400, share: 0.7 }
/** A single ladder is right to a tenth; about the rate at which it ends, a fleet is tried so often. */
const EDGE = { factor: 1.05, tries: { quick: 3, full: 8 } } as const

/** What a fleet carried in one pass. */
interface Step {
  pass: number
  count: number
  rungs: readonly Rung[]
  /** The median of those about the edge that were carried; where the ladder ended, if the machine was full there. */
  carried: Rung
  use: ResourceUse
}

async function run({ services, isQuick, photosDirectory, signal, progress }: ScenarioContext): Promise<ScenarioResult> {
  const { stateDirectory } = services.config
  await using fleet = await borrowFleet({ stateDirectory })
  using quotas = openQuotas({ stateDirectory })
  await using resources = await sampleResources({ stateDirectory })
  await using crowd = await openCrowd(services, { people: PEOPLE, photosDirectory })
  const mix = BROWSE_WITHOUT_UPLOADS
  await fleet.scale(1)
  await warmUp(crowd, { mix, actionsPerSecond: SURELY_PER_SECOND / 2, signal })
  const length = isQuick ? 'quick' : 'full'
  let failedWhileScaling = 0
  let running = 1
  const scaleTo = async (count: number) => {
    await shareEqually(fleet, quotas, availableParallelism())
    const actionsPerSecond = SURELY_PER_SECOND * Math.min(count, running)
    const { driven } = await scaleUnderLoad(fleet, count, { crowd, mix, actionsPerSecond, signal })
    failedWhileScaling += driven.total.all.failed
    progress(`${fleetOf(running)} → ${count} under ${actionsPerSecond} actions/s, ${driven.total.all.failed} failed`)
    running = count
  }

  const steps: Step[] = []
  const measure = async (count: number): Promise<Omit<Step, 'pass' | 'count'>> => {
    const search = {
      mix,
      bounds: BOUNDS,
      secondsEach: isQuick ? 6 : 10,
      warmUpSeconds: 2,
      signal,
      onRung: (rung: Rung) => progress(`${fleetOf(count)}: ${describeRung(rung)}`),
    }
    const useOf = ({ fromMs, toMs }: Rung) => resources.between(fromMs, toMs)
    const before = steps.findLast((step) => step.count === count)
    const larger = steps.at(-1)
    const perAppServer = larger
      ? (larger.carried.actionsPerSecond / larger.count) * LADDER_FROM.share
      : LADDER_FROM.perSecond
    const ladder = before
      ? { best: before.carried, rungs: [] }
      : await findCapacity(crowd, { ...search, from: perAppServer * count, growth: 1.2, halvings: 1 })
    const top = bestOf(fleetOf(count), ladder)
    if (isFull(useOf(top))) return { rungs: ladder.rungs, carried: top, use: useOf(top) }
    const { factor, tries } = EDGE
    const edge = await walkEdge(crowd, { ...search, from: top.actionsPerSecond, factor, tries: tries[length] })
    const inBounds = edge.filter(({ broke }) => broke === null)
    const best = middleBy(inBounds, ({ goodPerSecond }) => goodPerSecond) ?? null
    const carried = bestOf(fleetOf(count), { best, rungs: edge })
    return { rungs: [...ladder.rungs, ...edge], carried, use: useOf(carried) }
  }

  for (let pass = 1; pass <= PASSES[length]; pass++) {
    // What filled the machine once fills it again.
    const counts = COUNTS[length].filter((count) => !steps.some((step) => step.count === count && isFull(step.use)))
    for (const count of counts.slice(1)) await scaleTo(count)
    await warmUp(crowd, { mix, actionsPerSecond: WARM_UP_PER_SECOND * running, seconds: isQuick ? 30 : 60, signal })
    for (const count of counts.toReversed()) {
      if (count !== running) await scaleTo(count)
      await shareEqually(fleet, quotas, SHARE_CORES)
      const step = { pass, count, ...(await measure(count)) }
      steps.push(step)
      progress(
        `${fleetOf(count)} carries ${step.carried.goodPerSecond.toFixed(0)} req/s   cores: ${describeUse(step.use)}`,
      )
    }
  }
  return conclude(steps, failedWhileScaling)
}

function conclude(steps: readonly Step[], failedWhileScaling: number): ScenarioResult {
  const passes = steps.map(({ pass, count, carried, use }) => {
    return { pass, count, goodPerSecond: carried.goodPerSecond, isFull: isFull(use) }
  })
  const fleets = againstLinear(passes).flatMap((fleet) => {
    const ofFleet = steps.filter(({ count }) => count === fleet.count)
    const step = middleBy(ofFleet, ({ carried }) => carried.goodPerSecond)
    return step ? [{ ...fleet, step }] : []
  })
  const judged = fleets.filter(({ count, percents }) => count > 1 && percents.length > 0)
  const value = Math.min(...judged.map(({ percent }) => percent))
  const wasGeneratorLate = steps.some(({ rungs }) => rungs.some(({ broke }) => broke === 'generator'))
  const table = fleets.map(({ count, step, percents }) => {
    const share = count > 1 && percents.length > 0 ? ` (${percents.map((each) => each.toFixed(0)).join(', ')} %)` : ''
    return `${count}: ${step.carried.goodPerSecond.toFixed(0)} req/s${share}`
  })
  const isBaselineOff = judged.some(({ percent }) => percent > EFFICIENCY_MAX)
  const full = fleets.filter(({ percents }) => percents.length === 0).map(({ count }) => count)
  const notes = [
    `app servers of ${SHARE_CORES} cores each carry ${table.join(', ')}`,
    `${failedWhileScaling} requests failed while scaling`,
    ...(full.length > 0 ? [`with ${full.join(' and ')} the machine is full`] : []),
    ...(isBaselineOff ? ['more than linear: what one carries is no measure here'] : []),
  ]
  const verdict =
    wasGeneratorLate || judged.length === 0 || isBaselineOff
      ? 'void'
      : failedWhileScaling > 0
        ? 'fail'
        : judge('S1', value)
  return {
    measurements: [
      {
        claim: 'S1',
        value: judged.length === 0 ? 0 : value,
        verdict,
        samples: steps.reduce((sum, { carried }) => sum + carried.samples, 0),
        note: notes.join('; '),
      },
    ],
    charts: chartsOf(
      fleets.map(({ step }) => step),
      steps,
    ),
    generator: steps.at(-1)?.carried.generator ?? null,
  }
}

function isFull({ machineCores }: ResourceUse): boolean {
  return machineCores > availableParallelism() * FULL_SHARE
}

/** `steps`: one of each fleet; `all`: of every pass. */
function chartsOf(steps: readonly Step[], all: readonly Step[]): Chart[] {
  const one = steps[0]?.carried.goodPerSecond ?? 0
  const names = [...new Set(steps.flatMap(({ use }) => groupUse(use).map(({ name }) => name)))]
  const bars = (pick: (group: { cores: number; memoryBytes: number }) => number) =>
    names.map((name) => ({
      name,
      points: steps.map(({ use }, index) => {
        const group = groupUse(use).find((each) => each.name === name)
        return [index, group ? pick(group) : 0] as const
      }),
    }))
  const labels = steps.map(({ count }) => fleetOf(count))
  return [
    {
      title: 'Throughput by app servers of equal CPU share',
      kind: 'line',
      x: 'app servers',
      y: 'dynamic requests per second at P95 ≤ 300 ms',
      series: [
        { name: 'measured', points: steps.map(({ count, carried }) => [count, carried.goodPerSecond] as const) },
        { name: 'linear', points: steps.map(({ count }) => [count, one * count] as const) },
      ],
    },
    {
      title: 'P95 as the rate rises',
      kind: 'line',
      x: 'actions per second',
      y: 'P95 in ms, median of the tries',
      limit: { y: BOUNDS.p95Ms, text: `${BOUNDS.p95Ms} ms` },
      series: steps.map(({ count }) => ({
        name: fleetOf(count),
        points: risingP95(all.filter((step) => step.count === count).flatMap(({ rungs }) => rungs)),
      })),
    },
    {
      title: 'CPU of each component at that throughput',
      kind: 'bars',
      x: 'fleet',
      y: 'cores',
      labels,
      series: bars(({ cores }) => cores),
    },
    {
      title: 'Memory of each component',
      kind: 'bars',
      x: 'fleet',
      y: 'MiB',
      labels,
      series: bars(({ memoryBytes }) => memoryBytes / 1024 ** 2),
    },
  ]
}

/** Rate and median P95 of the tries at about the same rate, which are a step of `EDGE.factor` apart. */
function risingP95(rungs: readonly Rung[]): (readonly [actionsPerSecond: number, p95Ms: number])[] {
  const stepOf = ({ actionsPerSecond }: Rung) => Math.round(Math.log(actionsPerSecond) / Math.log(EDGE.factor))
  return [...Map.groupBy(rungs, stepOf)]
    .toSorted(([one], [other]) => one - other)
    .map(([, same]) => [
      median(same.map(({ actionsPerSecond }) => actionsPerSecond)),
      median(same.map(({ p95Ms }) => p95Ms)),
    ])
}

function fleetOf(count: number): string {
  return count === 1 ? '1 app server' : `${count} app servers`
}
