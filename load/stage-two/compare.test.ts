import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Rung } from '../capacity.ts'
import { compareStages } from './compare.ts'

function rung(actionsPerSecond: number, p95Ms: number, failedShare: number): Rung {
  return {
    actionsPerSecond,
    goodPerSecond: actionsPerSecond * 0.75,
    p95Ms,
    failedShare,
    samples: 1_000,
    broke: null,
    generator: { cpuShare: 0.1, lateP99Ms: 1, isVoid: false },
    fromMs: 0,
    toMs: 1,
  }
}

test('people and throughput compare the most of each, P95 and errors the same number of people', () => {
  const two = { most: rung(200, 1_400, 0.008), same: rung(200, 1_400, 0.008) }
  const three = { most: rung(2_100, 280, 0.0005), same: rung(200, 40, 0) }
  const { measurements, table } = compareStages(two, three)
  const values = Object.fromEntries(measurements.map(({ claim, value, verdict }) => [claim, [value, verdict]]))
  assert.deepEqual(values['P7'], [10.5, 'pass'])
  assert.deepEqual(values['P7b'], [35, 'pass'])
  assert.deepEqual(values['P7c'], [10.5, 'pass'])
  // 8 of 1,000 against fewer than 1 of 1,000.
  assert.deepEqual(values['P7d'], [8, 'fail'])
  assert.match(table.join('\n'), /people at most +200 +2100 +10\.5×/)
})

test('without errors there is no ratio of errors, and that is said', () => {
  const two = { most: rung(200, 900, 0), same: rung(200, 900, 0) }
  const { measurements } = compareStages(two, { most: rung(900, 250, 0), same: rung(200, 30, 0) })
  const errors = measurements.find(({ claim }) => claim === 'P7d')
  assert.equal(errors?.verdict, 'void')
  assert.match(errors.note, /no ratio/)
  assert.equal(measurements.find(({ claim }) => claim === 'P7')?.verdict, 'fail')
})
