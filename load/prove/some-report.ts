import type { Measurement } from '../scenario.ts'
import { claimRows, verdictOf, type ProveReport, type ScenarioReport } from './report.ts'

/** Reports for the tests of what is made of them. */
export function scenarioReport(name: string, measurements: readonly Measurement[]): ScenarioReport {
  return {
    name,
    about: `What ${name} does.`,
    command: `./minigram prove ${name}`,
    seconds: 61,
    outcome: 'ran',
    reason: null,
    measurements,
    charts: [],
    generator: null,
  }
}

export function someReport(given: Partial<ProveReport> = {}): ProveReport {
  const scenarios = given.scenarios ?? []
  const known = scenarios.map(({ name, measurements }) => ({ name, claims: measurements.map(({ claim }) => claim) }))
  const claims = given.claims ?? claimRows(scenarios, known, () => 'not asked for')
  return {
    format: 1,
    startedAt: '2026-11-25T09:40:12.000Z',
    seconds: 432,
    isQuick: true,
    isInterrupted: false,
    command: './minigram prove --quick',
    verdict: verdictOf(claims),
    machine: {
      cores: 2,
      memoryBytes: 24 * 2 ** 30,
      cpu: 'Some CPU',
      kernel: '6.1.0',
      system: 'Debian GNU/Linux 12',
      node: 'v24.21.0',
      loadAtStart: 0.4,
    },
    commit: { id: '0123456789abcdef0123456789abcdef01234567', isDirty: false },
    stack: { release: 'abc', appServers: 3, pops: 1, people: 962, photos: 3_000, follows: 37_624 },
    warnings: [],
    scenarios,
    ...given,
    claims,
  }
}
