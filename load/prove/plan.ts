import type { FiledScenario } from './scenario-files.ts'

type Plannable = Pick<FiledScenario, 'name' | 'claims' | 'suite' | 'seconds'>

export interface Wishes {
  /** Scenarios, suites or promises; none means everything. */
  names: readonly string[]
  isQuick: boolean
}

/** A quick run takes at most eight minutes, with what goes on around the scenarios. */
export const QUICK_SECONDS = 450
/** What a quick run would miss most, first. The others follow in the order of their numbers, as far as there is time. */
const QUICK_FIRST = [
  'two-thousand-people',
  'app-killed',
  'distribution',
  'hit-rates',
  'compression',
  'edge-offload',
  'replicas',
  'world',
  'spike',
  'scale-in',
]

/** Scenarios to run, in order. A scenario that is named runs also where it has no place in a quick run. */
export function chooseScenarios<Known extends Plannable>(known: readonly Known[], { names, isQuick }: Wishes): Known[] {
  if (names.length > 0) return known.filter((scenario) => names.some((name) => answersTo(scenario, name)))
  return isQuick ? thatFit(known) : [...known]
}

function thatFit<Known extends Plannable>(known: readonly Known[]): Known[] {
  const rank = ({ name }: Known) => (QUICK_FIRST.includes(name) ? QUICK_FIRST.indexOf(name) : QUICK_FIRST.length)
  const chosen = new Set<Known>()
  let left = QUICK_SECONDS
  for (const scenario of known.toSorted((one, other) => rank(one) - rank(other))) {
    const { quick } = scenario.seconds
    if (quick === null || quick > left) continue
    left -= quick
    chosen.add(scenario)
  }
  return known.filter((scenario) => chosen.has(scenario))
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
  const chosen = chooseScenarios(known, wishes)
  return (name) => {
    if (wishes.names.length > 0) return 'not asked for'
    return chosen.some((each) => each.name === name) ? 'the run ended before' : 'has no room in a quick run'
  }
}
