import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadConfig } from '../../src/platform/config.ts'
import { portOf } from '../../src/platform/ports.ts'
import type { Benchmark } from './benchmark.ts'

const GOAL_MIB_PER_MINUTE = 1
const SAMPLE_MS = 5_000
/** Enough for the old heap to be gone through several times in the second half: between two times garbage looks like growth. */
const PEOPLE = '600'
const ACTIONS_PER_SECOND = '600'

/** Resident memory of the stack's first app server while people browse; the second half is what counts. */
export const memory: Benchmark = {
  name: 'memory',
  about: 'memory of one app server of the running stack under `browse`',
  expectedSeconds: ({ minutes }) => minutes * 60 + 15,
  obstacle: () =>
    residentMib(appMetricsPort()).then(
      () => null,
      (error: Error) => error.message,
    ),
  async run({ minutes }, say) {
    const port = appMetricsPort()
    const seconds = Math.round(minutes * 60)
    const args = ['--mix', 'browse', '--people', PEOPLE, '--rate', ACTIONS_PER_SECOND, '--seconds', String(seconds)]
    const load = spawn(process.execPath, [join(import.meta.dirname, '../main.ts'), ...args], { stdio: 'ignore' })
    const samples: [minute: number, mib: number][] = []
    const startedAt = Date.now()
    try {
      while (load.exitCode === null && Date.now() - startedAt < seconds * 1_000) {
        const mib = await residentMib(port)
        samples.push([(Date.now() - startedAt) / 60_000, mib])
        say(`${mib.toFixed(0)} MiB`)
        await sleep(SAMPLE_MS)
      }
      if (load.exitCode !== null && (samples.at(-1)?.[0] ?? 0) < minutes * 0.9)
        throw new Error(`the load ended early (${load.exitCode})   try: npm run load -- ${args.join(' ')}`)
    } finally {
      if (load.exitCode === null) {
        const ended = new Promise((resolve) => load.once('exit', resolve))
        load.kill()
        await ended
      }
    }
    const half = samples.filter(([minute]) => minute >= minutes / 2)
    const slope = slopeOf(half)
    const [first, last] = [samples[0]?.[1] ?? 0, samples.at(-1)?.[1] ?? 0]
    return [
      {
        title: `Memory of one app server over ${minutes} minutes of \`browse\`, ${ACTIONS_PER_SECOND} actions a second`,
        columns: ['first MiB', 'last MiB', 'second half, MiB per minute', 'goal', 'samples'],
        rows: [[first.toFixed(0), last.toFixed(0), slope.toFixed(2), `≤ ${GOAL_MIB_PER_MINUTE}`, String(half.length)]],
        isMet: [slope <= GOAL_MIB_PER_MINUTE],
      },
    ]
  },
}

function appMetricsPort(): number {
  return portOf('appMetrics', loadConfig().config.portOffset) + 1
}

async function residentMib(port: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => null)
  const bytes = /^process_resident_memory_bytes (\S+)/m.exec((await answer?.text()) ?? '')?.[1]
  if (bytes === undefined) throw new Error('no app server answers   try: ./minigram up, with the same MINIGRAM_STATE')
  return Number(bytes) / 1024 / 1024
}

/** Least squares: y per x. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [x, y] = [mean(([minute]) => minute), mean(([, mib]) => mib)]
  const spread = mean(([minute]) => (minute - x) ** 2)
  return mean(([minute, mib]) => (minute - x) * (mib - y)) / spread
}
