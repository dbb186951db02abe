import type { Arguments, Flag } from './flags.ts'
import type { StatePaths } from './plan/paths.ts'
import { DEFAULT_STATE_DIR, type Settings, type SettingsProblem } from './plan/settings.ts'
import type { Printer } from './print.ts'

/** What a verb is given. */
export interface Context {
  args: Arguments
  printer: Printer
  settings: Settings
  settingsProblems: readonly SettingsProblem[]
  paths: StatePaths
  repoDir: string
  /** Somebody can answer a question. */
  isInteractive: boolean
}

export interface Verb {
  flags: readonly Flag[]
  /** What follows the verb, for `--help`. */
  usage: string
  about: string
  examples: readonly string[]
  exitCodes: readonly (readonly [number, string])[]
  /** @returns the exit code. */
  run(context: Context): Promise<number>
}

/** `MINIGRAM_STATE=… ./minigram VERB`: a command to type that finds this very stack. */
export function commandFor({ settings }: Pick<Context, 'settings'>, words: string): string {
  const { stateDir, portOffset } = settings
  const state = stateDir === DEFAULT_STATE_DIR ? '' : `MINIGRAM_STATE=${stateDir} `
  // Every other verb finds the offset in the state.
  const offset = portOffset !== 0 && words.startsWith('up') ? `MINIGRAM_PORT_OFFSET=${portOffset} ` : ''
  return `${state}${offset}./minigram ${words}`
}
