import type { Services } from '../../src/processes/services.ts'
import { duration } from './format.ts'
import { checkoutRelease, commit, dataSize, machine } from './facts.ts'
import { chooseScenarios, expectedSeconds, reasonNotRun, type Wishes } from './plan.ts'
import { seedWhatIsLacking } from './preparation.ts'
import { claimRows, verdictOf, type Commit, type Machine, type ProveReport } from './report.ts'
import { runScenarios, type Progress } from './run-scenarios.ts'
import type { FiledScenario } from './scenario-files.ts'
import { differences, stackRows } from './stack.ts'

export interface ProveOptions extends Wishes {
  services: Services
  known: readonly FiledScenario[]
  photosDirectory: string | undefined
  /** Otherwise the data is taken as it is. */
  isSeeding: boolean
  signal: AbortSignal
  progress: Progress
  say: (line: string) => void
}

/** More than this share of the machine busy with something else, and times are upper bounds. */
const BUSY_SHARE = 0.5

/** Measures what was asked for, on the stack that runs. */
export async function prove(options: ProveOptions): Promise<ProveReport> {
  const { services, known, names, isQuick, photosDirectory, signal, say } = options
  const startedAt = new Date()
  const startedMs = performance.now()
  const facts = { machine: machine(), commit: await commit() }
  await services.postgres.untilWritable(10_000)
  const data = await (options.isSeeding ? seedWhatIsLacking(services, photosDirectory, say) : dataSize(services))
  const before = await stackRows()
  const chosen = chooseScenarios(known, options)
  const seconds = chosen.reduce((sum, scenario) => sum + expectedSeconds(scenario, isQuick), 0)
  say(`${chosen.length} scenarios, about ${duration(seconds)}; Ctrl-C ends with the report so far`)
  const scenarios = await runScenarios(chosen, {
    context: { services, isQuick, photosDirectory },
    signal,
    progress: options.progress,
  })
  const claims = claimRows(scenarios, known, reasonNotRun(known, options))
  const healthy = (component: string) => before.filter((row) => row.component === component && row.healthy).length
  const { release } = services.config
  return {
    format: 1,
    startedAt: startedAt.toISOString(),
    seconds: (performance.now() - startedMs) / 1_000,
    isQuick,
    isInterrupted: signal.aborted,
    command: [
      './minigram prove',
      ...names,
      ...(isQuick ? ['--quick'] : []),
      ...(options.isComparing ? ['--compare'] : []),
    ].join(' '),
    verdict: verdictOf(claims),
    ...facts,
    stack: { release, appServers: healthy('app'), pops: healthy('edge'), ...data },
    warnings: [
      ...doubts(facts, release === checkoutRelease()),
      ...differences(before, await stackRows()).map((line) => `the stack is not as it was found: ${line}`),
      ...(signal.aborted ? ['interrupted: this is what was measured until then'] : []),
    ],
    claims,
    scenarios,
  }
}

/** What a reader must know before they believe a number. */
export function doubts(
  { machine, commit }: { machine: Machine; commit: Commit | null },
  isThisRelease: boolean,
): string[] {
  const { loadAtStart, cores } = machine
  const busy = `the machine was busy when the run began (load ${loadAtStart.toFixed(1)} on ${cores} cores): read times as upper bounds`
  return [
    ...(loadAtStart > cores * BUSY_SHARE ? [busy] : []),
    ...(isThisRelease ? [] : ['the stack runs another release than this checkout   try: ./minigram up']),
    ...(commit?.isDirty ? ['the checkout has changes that are in no commit'] : []),
  ]
}
