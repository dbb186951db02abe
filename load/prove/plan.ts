import type { FiledScenario } from './scenario-files.ts'

type Plannable = Pick<FiledScenario, 'name' | 'claims' | 'suite' | 'seconds' | 'isComparison'>

export interface Wishes {
  /** Scenarios, suites or promises; none means everything. */
  names: readonly string[]
  isQuick: boolean
  /** With a suite, or in a quick run: also what tries several ways of doing the same in turns. */
  isComparing?: boolean
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
export function chooseScenarios<Known extends Plannable>(known: readonly Known[], wishes: Wishes): Known[] {
  const { names, isQuick, isComparing = false } = wishes
  const isAsked = (scenario: Known) => names.some((name) => answersTo(scenario, name, isComparing))
  if (names.length > 0) return known.filter(isAsked)
  if (!isQuick) return [...known]
  const fitting = thatFit(known)
  return known.filter((scenario) => fitting.includes(scenario) || (isComparing && scenario.isComparison === true))
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
  return names.find((name) => !known.some((scenario) => answersTo(scenario, name, true)))
}

/** What can be typed behind `prove`. */
export function knownNames(known: readonly Plannable[]): string[] {
  return [...new Set(known.flatMap(({ name, suite }) => [suite, name]))]
}

function answersTo({ name, suite, claims, isComparison }: Plannable, word: string, isComparing: boolean): boolean {
  const wanted = word.replace(/^\d+-/, '')
  if (wanted === name || (wanted === suite && (isComparing || isComparison !== true))) return true
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
    const compares = known.some((each) => each.name === name && each.isComparison === true)
    if (wishes.names.length > 0) return compares ? 'not asked for; --compare adds it' : 'not asked for'
    return chosen.some((each) => each.name === name) ? 'the run ended before' : 'has no room in a quick run'
  }
}
