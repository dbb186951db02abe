import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statusExitCode, type StatusRow } from './status.ts'

const ROW: StatusRow = {
  component: 'redis',
  name: 'redis-main',
  role: null,
  pid: 1,
  port: 1,
  healthy: true,
  memoryBytes: 1,
}
const PRIMARY: StatusRow = { ...ROW, component: 'postgres', name: 'pg1', role: 'primary' }

test('0 means all healthy with one primary, 3 nothing runs, 1 anything between', () => {
  assert.equal(statusExitCode([ROW, PRIMARY], 0), 0)
  assert.equal(statusExitCode([ROW, PRIMARY, { ...PRIMARY, name: 'pg2' }], 0), 1)
  assert.equal(statusExitCode([{ ...ROW, healthy: false }, PRIMARY], 0), 1)
  assert.equal(statusExitCode([ROW, PRIMARY], 2), 1)
  assert.equal(statusExitCode([{ ...ROW, pid: null, healthy: false }], 0), 3)
})
