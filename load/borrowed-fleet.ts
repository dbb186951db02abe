import type { Fleet, Moved } from '../src/fleet/fleet.ts'
import { createNativeFleet } from '../src/fleet/native-fleet.ts'
import type { Quotas } from '../src/fleet/quota.ts'
import type { Crowd } from './generator/crowd.ts'
import type { Driven } from './generator/driven.ts'
import type { Mix } from './generator/mixes.ts'

/** The stack's app servers; disposed of, as many run as before. The number that `up` remembers is not touched. */
export async function borrowFleet({ stateDirectory }: { stateDirectory: string }): Promise<Fleet & AsyncDisposable> {
  const fleet = createNativeFleet({ stateDirectory })
  const before = (await fleet.list()).filter(({ state }) => state !== 'stopped').length
  return {
    ...fleet,
    async [Symbol.asyncDispose]() {
      await fleet.scale(before)
    },
  }
}

/** Each running app server gets `cores`, with its image process. */
export async function shareEqually(fleet: Fleet, quotas: Quotas, cores: number): Promise<void> {
  for (const { name, pid, state } of await fleet.list())
    if (pid !== null && state === 'running') quotas.limit(name, cores, [pid])
}

/** A process that has just started compiles as it goes, and opens its connections: under a small quota that would take minutes. */
export async function warmUp(
  crowd: Crowd,
  {
    mix,
    actionsPerSecond,
    seconds = 15,
    signal,
  }: { mix: Mix; actionsPerSecond: number; seconds?: number; signal: AbortSignal },
): Promise<void> {
  await crowd.drive({ mix, arrivals: [{ seconds, actionsPerSecond, isWarmUp: true }], signal })
}

export interface ScaledUnderLoad {
  driven: Driven
  /** Seconds from the start of the run. */
  moves: { second: number; text: string }[]
}

const SETTLE_MS = 2_000
/** The run is ended when scaling has; this is only for one that never does. */
const RUN_SECONDS_MAX = 300

/** Scales while people go on acting, a moment before until a moment after. */
export async function scaleUnderLoad(
  fleet: Fleet,
  count: number,
  { crowd, mix, actionsPerSecond, signal }: { crowd: Crowd; mix: Mix; actionsPerSecond: number; signal: AbortSignal },
): Promise<ScaledUnderLoad> {
  const ending = new AbortController()
  const moves: ScaledUnderLoad['moves'] = []
  const startedMs = performance.now()
  const note = (text: string) => moves.push({ second: (performance.now() - startedMs) / 1_000, text })
  const onMoved = ({ name, to }: Moved) => note(to === 'rotation' ? `${name} joins` : `${name} has ended`)
  const running = crowd.drive({
    mix,
    arrivals: [{ seconds: RUN_SECONDS_MAX, actionsPerSecond }],
    signal: AbortSignal.any([signal, ending.signal]),
  })
  try {
    await pause(SETTLE_MS)
    note(`scale to ${count}`)
    await fleet.scale(count, onMoved)
    await pause(SETTLE_MS)
  } finally {
    ending.abort()
    await running.catch(() => undefined)
  }
  return { driven: await running, moves }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
