import { globSync } from 'node:fs'
import { join } from 'node:path'
import type { Scenario } from '../scenario.ts'

export interface FiledScenario extends Scenario {
  suite: SuiteName
}

export type SuiteName = 'load' | 'scaling' | 'stress' | 'tiers'

/** The first digit of a scenario's file says to which suite it belongs. */
const SUITES: readonly SuiteName[] = ['load', 'scaling', 'stress', 'tiers']
export const SCENARIOS_DIRECTORY = join(import.meta.dirname, '../scenarios')

export function suiteOf(file: string): SuiteName {
  const suite = SUITES[Number(/^(\d)\d-/.exec(file)?.[1] ?? NaN)]
  if (suite === undefined) throw new Error(`${file}: a scenario's file is called NN-<name>.ts, from 01 to 39`)
  return suite
}

/** Every file of `load/scenarios/`, in the order of their numbers. */
export async function loadScenarios(directory = SCENARIOS_DIRECTORY): Promise<FiledScenario[]> {
  const files = globSync('*.ts', { cwd: directory })
    .filter((file) => !file.endsWith('.test.ts'))
    .toSorted()
  return Promise.all(
    files.map(async (file) => {
      // Each of these files exports `scenario`; a test looks at all of them.
      const { scenario } = (await import(join(directory, file))) as { scenario: Scenario }
      return { ...scenario, name: scenario.name.replace(/^\d+-/, ''), suite: suiteOf(file) }
    }),
  )
}
