import { borrowFleet, type ScaledUnderLoad, scaleUnderLoad, warmUp } from '../borrowed-fleet.ts'
import { tryRate } from '../capacity.ts'
import type { Crowd } from '../generator/crowd.ts'
import { openCrowd } from '../generator/open-crowd.ts'
import { BROWSE_WITHOUT_UPLOADS } from '../people-mix.ts'
import { judge, type Scenario, type ScenarioContext, type ScenarioResult } from '../scenario.ts'

export const scenario: Scenario = {
  name: 'scale-in',
  about: 'five app servers become one while people go on: no request fails',
  claims: ['S2'],
  seconds: { quick: 55, full: 155 },
  run,
}

const FROM = 5
const SLOWEST = 20
/** What is tested is leaving, not overload: the first of these of which one app server alone carries `HEADROOM` times as much here. */
const ACTIONS_PER_SECOND = [160, 80, 40, SLOWEST]
/** While four end, their own work stands beside that of the one that stays. */
const HEADROOM = 1.5
const BOUNDS = { p95Ms: 300, failedShare: 0 }
const PEOPLE = 300
const WARM_UP_PER_SECOND = 60

async function run({ services, isQuick, photosDirectory, signal, progress }: ScenarioContext): Promise<ScenarioResult> {
  await using fleet = await borrowFleet(services.config)
  await using crowd = await openCrowd(services, { people: PEOPLE, photosDirectory })
  await fleet.scale(1)
  await warmUp(crowd, { mix: BROWSE_WITHOUT_UPLOADS, actionsPerSecond: WARM_UP_PER_SECOND, signal })
  const byOne = await firstCarried(crowd, ACTIONS_PER_SECOND, HEADROOM, signal)
  if (byOne === null) return tooBusy(`one app server does not carry ${SLOWEST * HEADROOM} actions/s`)
  const rounds: (ScaledUnderLoad & { actionsPerSecond: number })[] = []
  for (let round = 1; round <= (isQuick ? 1 : 3); round++) {
    await fleet.scale(FROM)
    // Who has just started is slow for a moment, and a queue that stands before anybody leaves says nothing about leaving.
    await warmUp(crowd, { mix: BROWSE_WITHOUT_UPLOADS, actionsPerSecond: byOne, signal })
    const rates = ACTIONS_PER_SECOND.filter((rate) => rate <= byOne)
    const actionsPerSecond = await firstCarried(crowd, rates, 1, signal)
    if (actionsPerSecond === null) break
    const scaled = await scaleUnderLoad(fleet, 1, { crowd, mix: BROWSE_WITHOUT_UPLOADS, actionsPerSecond, signal })
    const { all } = scaled.driven.total
    progress(
      `round ${round}: ${FROM} → 1 under ${actionsPerSecond} actions/s, ${all.count} requests, ${all.failed} failed`,
    )
    rounds.push({ ...scaled, actionsPerSecond })
  }
  if (rounds.length === 0) return tooBusy(`${FROM} app servers do not carry ${SLOWEST} actions/s`)
  const sum = (pick: (round: ScaledUnderLoad) => number) => rounds.reduce((total, each) => total + pick(each), 0)
  const failed = sum(({ driven }) => driven.total.all.failed)
  const failures = rounds.flatMap(({ driven }) => Object.entries(driven.total.failures))
  const last = rounds.at(-1)
  const isVoid = rounds.some(({ driven }) => driven.generator.isVoid)
  return {
    measurements: [
      {
        claim: 'S2',
        value: failed,
        verdict: isVoid ? 'void' : judge('S2', failed),
        samples: sum(({ driven }) => driven.total.all.count),
        note: [
          `${rounds.length} ${rounds.length === 1 ? 'round' : 'rounds'} under ${rounds.map(({ actionsPerSecond }) => actionsPerSecond).join(', ')} actions/s; ${sum(({ driven }) => driven.total.retried)} sent again on a connection that had closed, as browsers do`,
          ...failures.map(([name, count]) => `${name} ×${count}`),
        ].join('; '),
      },
    ],
    charts: last
      ? [
          {
            title: 'Five app servers become one',
            kind: 'line',
            x: 'seconds',
            y: 'answers per second, by app server',
            marks: last.moves.map(({ second, text }) => ({ x: second, text })),
            series: Array.from({ length: FROM }, (_, index) => ({
              name: `app${index + 1}`,
              points: last.driven.perSecond.map(
                ({ second, appServers }) => [second, appServers[`app${index + 1}`] ?? 0] as const,
              ),
            })),
          },
        ]
      : [],
    generator: last?.driven.generator ?? null,
  }
}

/** The first of `rates` that is carried `times` as fast. */
async function firstCarried(
  crowd: Crowd,
  rates: readonly number[],
  times: number,
  signal: AbortSignal,
): Promise<number | null> {
  const trial = { mix: BROWSE_WITHOUT_UPLOADS, bounds: BOUNDS, secondsEach: 4, warmUpSeconds: 1, signal }
  for (const rate of rates) if ((await tryRate(crowd, trial, rate * times)).broke === null) return rate
  return null
}

function tooBusy(why: string): ScenarioResult {
  const note = `${why}: the machine is busy with something else`
  return { measurements: [{ claim: 'S2', value: 0, verdict: 'void', samples: 0, note }], charts: [], generator: null }
}
