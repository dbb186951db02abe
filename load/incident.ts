import { setTimeout as sleep } from 'node:timers/promises'
import type { Fleet, Member } from '../src/fleet/fleet.ts'
import { createNativeFleet } from '../src/fleet/native-fleet.ts'
import { constant } from './generator/arrivals.ts'
import type { Driven } from './generator/driven.ts'
import { MIXES } from './generator/mixes.ts'
import { openCrowd } from './generator/open-crowd.ts'
import type { Chart, ScenarioContext } from './scenario.ts'
import { timeCharts } from './time-chart.ts'

export interface Incident {
  fleet: Fleet
  /** App servers that take requests. */
  names: readonly string[]
  /** Says what happens now: for the person who waits, and for the chart. */
  mark: (text: string) => void
  /** Waits until the balancer does, or does not, send requests to it. @returns the seconds since `fromMs` */
  untilRotation: (name: string, isIn: boolean, fromMs: number) => Promise<number>
  /** The pid of its next process. */
  untilRestarted: (name: string, previousPid: number | null) => Promise<void>
  pause: (seconds: number) => Promise<void>
}

const PEOPLE = 300
const ACTIONS_PER_SECOND = 200
const CALM_SECONDS = { quick: 3, full: 8 }
const WARM_UP_SECONDS = 3
/** Longer than any incident: the run ends when the incident is over. */
const RUN_SECONDS = 900
const LOOK_MS = 50
const PATIENCE_SECONDS = 60

/** Something happens to the app servers while a steady crowd reads and writes. The fleet is put back as it was. */
export async function underLoad<Outcome>(
  title: string,
  { services, isQuick, photosDirectory, signal, progress }: ScenarioContext,
  happen: (incident: Incident) => Promise<Outcome>,
): Promise<{ outcome: Outcome; driven: Driven; charts: Chart[] }> {
  const fleet = createNativeFleet({ stateDirectory: services.config.stateDirectory })
  const before = await fleet.list()
  const names = before.filter(({ inRotation }) => inRotation).map(({ name }) => name)
  if (names.length < 2) throw new Error(`${names.length} app servers take requests   try: ./minigram scale app=3`)
  await using crowd = await openCrowd(services, { people: PEOPLE, photosDirectory })
  const [over, marks] = [new AbortController(), [] as { x: number; text: string }[]]
  const calmSeconds = CALM_SECONDS[isQuick ? 'quick' : 'full']
  const startMs = performance.now()
  const driving = crowd.drive({
    mix: MIXES.browse,
    arrivals: constant(ACTIONS_PER_SECOND, RUN_SECONDS, WARM_UP_SECONDS),
    signal: AbortSignal.any([signal, over.signal]),
    onSecond: ({ second, done, failed }) =>
      progress(`${second} s: ${done} answered, ${failed} failed${marks.length > 0 ? `; ${marks.at(-1)?.text}` : ''}`),
  })
  const pause = (seconds: number) => sleep(seconds * 1_000, undefined, { signal })
  const untilMember = async (name: string, isSo: (member: Member) => boolean, what: string) => {
    for (
      const deadlineMs = performance.now() + PATIENCE_SECONDS * 1_000;
      ;
      await sleep(LOOK_MS, undefined, { signal })
    ) {
      const member = (await fleet.list()).find((each) => each.name === name)
      if (member && isSo(member)) return
      if (performance.now() > deadlineMs) throw new Error(`${name} was not ${what} after ${PATIENCE_SECONDS} s`)
    }
  }
  const happening = async (): Promise<Outcome> => {
    try {
      await pause(WARM_UP_SECONDS + calmSeconds)
      const outcome = await happen({
        fleet,
        names,
        mark: (text) => marks.push({ x: (performance.now() - startMs) / 1_000, text }),
        async untilRotation(name, isIn, fromMs) {
          await untilMember(name, ({ inRotation }) => inRotation === isIn, isIn ? 'in rotation' : 'out of rotation')
          return (performance.now() - fromMs) / 1_000
        },
        untilRestarted: (name, previousPid) =>
          untilMember(name, ({ pid }) => pid !== null && pid !== previousPid, 'started again'),
        pause,
      })
      await pause(calmSeconds)
      return outcome
    } finally {
      over.abort()
    }
  }
  try {
    const [outcome, driven] = await Promise.all([happening(), driving])
    return { outcome, driven, charts: timeCharts(title, driven.perSecond, 300, marks) }
  } finally {
    await driving.catch(() => undefined)
    await putBack(fleet, before)
  }
}

/** What took requests takes requests again. */
async function putBack(fleet: Fleet, before: readonly Member[]): Promise<void> {
  const now = await fleet.list()
  for (const { name, state } of now) if (state === 'frozen') await fleet.resume(name)
  for (const { name, inRotation } of before) if (inRotation) await fleet.start(name)
}

/** What failed, for the reader of a number that should be nothing. */
export function whatFailed({ total }: Driven): string {
  const reasons = Object.entries(total.failures).map(([why, count]) => `${why} ×${count}`)
  const retried = `${total.retried} requests were sent again on a new connection`
  return [retried, ...(reasons.length > 0 ? [`failed: ${reasons.slice(0, 5).join(', ')}`] : [])].join('; ')
}
