import type { FiledScenario } from './scenario-files.ts'

type Plannable = Pick<FiledScenario, 'name' | 'claims' | 'suite' | 'seconds'>

export interface Wishes {
  /** Scenarios, suites or promises; none means everything. */
  names: readonly string[]
  isQuick: boolean
}

/** Scenarios to run, in order. A scenario that is named runs also where it has no place in a quick run. */
export function chooseScenarios<Known extends Plannable>(known: readonly Known[], { names, isQuick }: Wishes): Known[] {
  if (names.length === 0) return known.filter(({ seconds }) => !isQuick || seconds.quick !== null)
  return known.filter((scenario) => names.some((name) => answersTo(scenario, name)))
}

/** The first word that names nothing. */
export function unknownName(known: readonly Plannable[], names: readonly string[]): string | undefined {
  return names.find((name) => !known.some((scenario) => answersTo(scenario, name)))
}

/** What can be typed behind `prove`. */
export function knownNames(known: readonly Plannable[]): string[] {
  return [...new Set(known.flatMap(({ name, suite }) => [suite, name]))]
}

function answersTo({ name, suite, claims }: Plannable, word: string): boolean {
  const wanted = word.replace(/^\d+-/, '')
  if (wanted === name || wanted === suite) return true
  const claim = wanted.toUpperCase()
  // `P5` means all rows of P5.
  return claims.some((id) => id === wanted || id.replace(/[a-z]$/, '') === claim)
}

/** How long a scenario is expected to take. */
export function expectedSeconds({ seconds }: Pick<Plannable, 'seconds'>, isQuick: boolean): number {
  return isQuick ? (seconds.quick ?? seconds.full) : seconds.full
}

/** Why a scenario that could have been run was not. */
export function reasonNotRun(known: readonly Plannable[], wishes: Wishes): (name: string) => string {
  return (name) => {
    const scenario = known.find((each) => each.name === name)
    if (wishes.names.length > 0) return 'not asked for'
    return wishes.isQuick && scenario?.seconds.quick === null
      ? 'takes too long for a quick run'
      : 'the run ended before'
  }
}
