import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge, type Measurement } from '../scenario.ts'
import { compare } from './compare.ts'
import { claimRows, EXIT_CODES, verdictOf } from './report.ts'
import { scenarioReport, someReport } from './some-report.ts'

const KNOWN = [
  { name: 'steady', claims: ['P1', 'P2'] },
  { name: 'world', claims: ['P5'] },
] as const
const rowsOf = (...reports: Parameters<typeof claimRows>[0]) => claimRows(reports, KNOWN, () => 'not asked for')
const row = (rows: ReturnType<typeof rowsOf>, id: string) => rows.find((each) => each.id === id) ?? assert.fail(id)
const measured = (claim: Measurement['claim'], value: number, verdict: Measurement['verdict']) =>
  scenarioReport('steady', [
    { claim, value, verdict, samples: 10 },
    { claim: 'P2', value: 100, verdict: 'pass', samples: 5 },
  ])

test('a scenario that throws has failed what it should have measured', () => {
  const rows = rowsOf({ ...scenarioReport('steady', []), outcome: 'failed', reason: 'no socket' })
  assert.equal(row(rows, 'P1').status, 'fail')
  assert.match(row(rows, 'P1').notes.join(), /no socket/)
  assert.equal(verdictOf(rows), 'fail')
})

test('a scenario that keeps silent about one of its promises has failed it', () => {
  const rows = rowsOf(scenarioReport('steady', [{ claim: 'P1', value: 2_000, verdict: 'pass', samples: 1 }]))
  assert.equal(row(rows, 'P1').status, 'pass')
  assert.equal(row(rows, 'P2').status, 'fail')
})

test('of two measurements of one promise the worse counts', () => {
  const rows = rowsOf(measured('P1', 2_100, 'pass'), measured('P1', 900, 'fail'))
  assert.deepEqual([row(rows, 'P1').status, row(rows, 'P1').value, row(rows, 'P1').samples], ['fail', 900, 20])
})

test('what was not run and what no version measures yet fails nothing and says why', () => {
  const rows = rowsOf(measured('P1', 2_000, 'pass'))
  assert.deepEqual([row(rows, 'P5').status, row(rows, 'P5').notes.join()], ['not run', 'not asked for'])
  assert.equal(row(rows, 'R1').status, 'not yet')
  assert.equal(row(rows, 'L1').status, 'not yet', 'no scenario is there for it')
  assert.equal(verdictOf(rows), 'pass')
})

test('a failure outweighs a void run, and nothing measured is void', () => {
  assert.equal(verdictOf(rowsOf(measured('P1', 2_000, 'void'))), 'void')
  assert.equal(verdictOf(rowsOf(measured('P1', 2_000, 'void'), { ...measured('P1', 1, 'fail') })), 'fail')
  assert.equal(verdictOf(rowsOf()), 'void')
  assert.deepEqual(EXIT_CODES, { pass: 0, fail: 1, void: 2 })
})

test('a missed goal is told and fails nothing', () => {
  assert.deepEqual([judge('P3b', 0.5), judge('P3b', 0.4), judge('P3', 400)], ['pass', 'missed', 'fail'])
  const rows = claimRows(
    [scenarioReport('constant', [{ claim: 'P3b', value: 0.4, verdict: judge('P3b', 0.4), samples: 10 }])],
    KNOWN,
    () => '',
  )
  assert.equal(row(rows, 'P3b').status, 'missed')
  assert.equal(verdictOf(rows), 'pass')
})

test('two reports compare promise by promise, and say which way is better', () => {
  const before = someReport({ scenarios: [measured('P1', 1_000, 'fail')] })
  const now = someReport({ scenarios: [measured('P1', 2_000, 'pass')] })
  const { changes, lines } = compare(before, now, 'old')
  const change = changes.get('P1') ?? assert.fail()
  assert.deepEqual([change.before, change.now, change.deltaPercent, change.direction], [1_000, 2_000, 100, 'better'])
  assert.deepEqual(change.verdicts, { before: 'fail', now: 'pass' })
  assert.equal(changes.get('P2')?.direction, 'same')
  assert.equal(changes.get('P5')?.direction, null)
  assert.match(lines.join('\n'), /P1 {3}1,000 → 2,000 people {3}\+100 % better {3}fail → pass/)
  assert.equal(compare(now, before, 'new').changes.get('P1')?.direction, 'worse')
})
