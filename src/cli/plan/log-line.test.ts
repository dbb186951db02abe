import assert from 'node:assert/strict'
import { test } from 'node:test'
import { briefEnd, briefLine } from './log-line.ts'

test('of our own JSON the event and the first line of the error remain', () => {
  const line = JSON.stringify({ level: 60, event: 'process.failed', error: 'Error: no\n    at x' })
  assert.equal(briefLine(line), 'process.failed: Error: no')
  assert.equal(briefLine('{ not json'), '{ not json')
})

test('a line that repeats itself is shown once', () => {
  assert.deepEqual(briefEnd('a\nb\nb\n\nb\n', 3), ['a', 'b'])
})
