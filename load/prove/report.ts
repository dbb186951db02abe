import { CLAIMS, type Claim, type ClaimId } from '../claims.ts'
import type { Chart, GeneratorUse, Measurement, Scenario, Verdict } from '../scenario.ts'

/** What became of one scenario. */
export interface ScenarioReport {
  name: string
  about: string
  command: string
  /** Null: it was not run. */
  seconds: number | null
  outcome: 'ran' | 'failed' | 'interrupted'
  /** Why it failed. */
  reason: string | null
  measurements: readonly Measurement[]
  charts: readonly Chart[]
  generator: GeneratorUse | null
}

export type Status = Verdict | 'not run' | 'not yet'
/** Of a whole run. */
export type Outcome = 'pass' | 'fail' | 'void'

/** One promise in the report. */
export interface ClaimRow {
  id: ClaimId
  title: string
  target: { better: 'lower' | 'higher'; limit: number; unit: string }
  status: Status
  /** Null where nothing was measured. */
  value: number | null
  samples: number
  notes: readonly string[]
  command: string | null
}

export interface Machine {
  cores: number
  memoryBytes: number
  cpu: string
  kernel: string
  system: string
  node: string
  /** One-minute load average when the run began: what else the machine was doing. */
  loadAtStart: number
}

export interface Commit {
  id: string
  isDirty: boolean
}

/** Everything that a run found: `prove.json`, and what the HTML is made of. */
export interface ProveReport {
  format: 1
  startedAt: string
  seconds: number
  isQuick: boolean
  isInterrupted: boolean
  command: string
  verdict: Outcome
  machine: Machine
  commit: Commit | null
  stack: { release: string; appServers: number; pops: number; people: number; photos: number; follows: number }
  /** What a reader must know before they believe a number. */
  warnings: readonly string[]
  claims: readonly ClaimRow[]
  scenarios: readonly ScenarioReport[]
}

/** A row for every promise, in the order of the list. What a failed scenario should have measured has failed; of several measurements of
 *  one promise the worst counts. */
export function claimRows(
  scenarios: readonly ScenarioReport[],
  known: readonly Pick<Scenario, 'name' | 'claims'>[],
  whyNotRun: (name: string) => string,
): ClaimRow[] {
  // Keys of a literal object.
  return (Object.keys(CLAIMS) as ClaimId[]).map((id) => {
    const { title, better, limit, unit, substitute, notYet }: Claim = CLAIMS[id]
    const row = { id, title, target: { better, limit, unit }, value: null, samples: 0, command: null }
    const about = substitute === undefined ? [] : [`Measured with ${substitute}.`]
    if (notYet !== undefined) return { ...row, status: 'not yet', notes: [notYet] }
    const measured = scenarios
      .flatMap((scenario) =>
        scenario.measurements
          .filter(({ claim }) => claim === id)
          .map((each) => ({ ...each, command: scenario.command })),
      )
      .toSorted((one, other) => RANK[one.verdict] - RANK[other.verdict])
    const [worst] = measured
    if (worst) {
      const notes = measured.flatMap(({ note }) => note ?? [])
      return {
        ...row,
        status: worst.verdict,
        value: Number.isFinite(worst.value) ? worst.value : null,
        samples: measured.reduce((sum, { samples }) => sum + samples, 0),
        notes: [...about, ...notes],
        command: worst.command,
      }
    }
    const owners = known.filter(({ claims }) => claims.includes(id)).map(({ name }) => name)
    const failed = scenarios.find(({ name, outcome }) => outcome === 'failed' && owners.includes(name))
    if (failed)
      return { ...row, status: 'fail', notes: [`${failed.name} failed: ${failed.reason}`], command: failed.command }
    const [owner] = owners
    if (owner === undefined) return { ...row, status: 'not yet', notes: ['no scenario measures it'] }
    const silent = scenarios.find(({ name, outcome }) => outcome === 'ran' && owners.includes(name))
    if (silent)
      return { ...row, status: 'fail', notes: [`${silent.name} ran and did not measure it`], command: silent.command }
    return { ...row, status: 'not run', notes: [whyNotRun(owner)], command: `./minigram prove ${owner}` }
  })
}

const RANK: Readonly<Record<Verdict, number>> = { fail: 0, void: 1, missed: 2, pass: 3 }

/** One failed promise fails the run; one void makes it void; a run that measured nothing has proved nothing. A missed goal changes nothing. */
export function verdictOf(rows: readonly ClaimRow[]): Outcome {
  if (rows.some(({ status }) => status === 'fail')) return 'fail'
  return rows.some(({ status }) => status === 'void') || !rows.some(isMeasured) ? 'void' : 'pass'
}

export const EXIT_CODES: Readonly<Record<Outcome, number>> = { pass: 0, fail: 1, void: 2 }

export function isMeasured({ status }: Pick<ClaimRow, 'status'>): boolean {
  return status !== 'not run' && status !== 'not yet'
}

export function countOf(rows: readonly Pick<ClaimRow, 'status'>[], status: Status): number {
  return rows.filter((row) => row.status === status).length
}
