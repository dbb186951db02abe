import { setTimeout as sleep } from 'node:timers/promises'
import type { ScenarioContext, ScenarioResult } from '../scenario.ts'
import { expectedSeconds } from './plan.ts'
import type { ScenarioReport } from './report.ts'
import type { FiledScenario } from './scenario-files.ts'

export interface RunOptions {
  context: Omit<ScenarioContext, 'progress' | 'signal'>
  /** Ends the scenario at work and runs no further one. */
  signal: AbortSignal
  progress: Progress
}

export interface Progress {
  begin: (name: string, index: number, count: number) => void
  /** `leftSeconds`: of the whole run, as far as anybody can tell. */
  say: (name: string, line: string, leftSeconds: number) => void
  end: (report: ScenarioReport, leftSeconds: number) => void
}

/** A scenario that takes this many times as long as it says hangs. */
const PATIENCE = 4
const PATIENCE_MIN_SECONDS = 120
/** For putting the stack back in order after being told to stop. */
const CLEAN_UP_SECONDS = 60

/** One after the other. One that throws has failed, and the next has its turn. */
export async function runScenarios(
  scenarios: readonly FiledScenario[],
  options: RunOptions,
): Promise<ScenarioReport[]> {
  const reports: ScenarioReport[] = []
  const { isQuick } = options.context
  const secondsFrom = (index: number) =>
    scenarios.slice(index).reduce((sum, scenario) => sum + expectedSeconds(scenario, isQuick), 0)
  for (const [index, scenario] of scenarios.entries()) {
    if (options.signal.aborted) break
    options.progress.begin(scenario.name, index, scenarios.length)
    const startedMs = performance.now()
    const leftSeconds = () => {
      const own = expectedSeconds(scenario, isQuick) - (performance.now() - startedMs) / 1_000
      return Math.max(0, own) + secondsFrom(index + 1)
    }
    const report = await runOne(scenario, options, (line) => options.progress.say(scenario.name, line, leftSeconds()))
    reports.push(report)
    options.progress.end(report, secondsFrom(index + 1))
  }
  return reports
}

async function runOne(scenario: FiledScenario, options: RunOptions, progress: (line: string) => void) {
  const { name, about } = scenario
  const { isQuick } = options.context
  const startedMs = performance.now()
  const limitSeconds = Math.max(PATIENCE_MIN_SECONDS, PATIENCE * expectedSeconds(scenario, isQuick))
  const tooLong = AbortSignal.timeout(limitSeconds * 1_000)
  const signal = AbortSignal.any([options.signal, tooLong])
  const done = (outcome: ScenarioReport['outcome'], reason: string | null, result: ScenarioResult = NOTHING) => ({
    name,
    about,
    command: `./minigram prove ${name}${isQuick ? ' --quick' : ''}`,
    seconds: (performance.now() - startedMs) / 1_000,
    outcome,
    reason,
    ...result,
  })
  try {
    const result = await Promise.race([scenario.run({ ...options.context, signal, progress }), unheard(signal)])
    if (options.signal.aborted) return done('interrupted', 'interrupted', result)
    return tooLong.aborted ? done('failed', `took longer than ${limitSeconds} s`, result) : done('ran', null, result)
  } catch (error) {
    if (options.signal.aborted) return done('interrupted', 'interrupted')
    if (tooLong.aborted) return done('failed', `took longer than ${limitSeconds} s`)
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    return done('failed', line)
  }
}

const NOTHING: ScenarioResult = { measurements: [], charts: [], generator: null }

/** Rejects when somebody who was told to stop goes on for too long. */
async function unheard(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  await sleep(CLEAN_UP_SECONDS * 1_000, undefined, { ref: false })
  throw new Error('did not stop when it was told to')
}
