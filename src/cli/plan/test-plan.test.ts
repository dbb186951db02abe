import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseSuites, closingLine, readCounts } from './test-plan.ts'

test('the heavy suite runs only when it is asked for', () => {
  const names = (only: string | undefined, isFull: boolean) => chooseSuites(only, isFull).map(({ name }) => name)
  assert.deepEqual(names(undefined, false), ['unit', 'browser', 'stack'])
  assert.deepEqual(names(undefined, true), ['unit', 'browser', 'stack', 'full'])
  assert.deepEqual(names('full', false), ['full'])
})

test('a run that reported nothing counts as failed', () => {
  assert.deepEqual(readCounts(''), { passed: 0, failed: 1, skipped: 0 })
  assert.deepEqual(readCounts('{"passed":2,"failed":1,"skipped":0}\n'), { passed: 2, failed: 1, skipped: 0 })
})

test('the closing line names skipped tests only where there are any', () => {
  assert.equal(closingLine({ passed: 12, failed: 0, skipped: 0 }), '12 passed, 0 failed')
  assert.equal(closingLine({ passed: 12, failed: 1, skipped: 2 }), '12 passed, 1 failed, 2 skipped')
})
