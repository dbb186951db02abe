import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isProcessAlive } from '../../src/fleet/process-table.ts'
import { stackProcesses } from '../../src/cli/run/processes.ts'
import { components, eventually, minigram, stack } from '../support/stack.ts'

test('after the supervisor was killed, up leaves no second copy of anything', { timeout: 180_000 }, async () => {
  const before = stackProcesses(stack.state, null, null).map(({ pid }) => pid)
  const supervisor = Number(readFileSync(join(stack.state, 'run/supervisord.pid'), 'utf8'))
  process.kill(supervisor, 'SIGKILL')
  await eventually('the supervisor is dead', 5_000, async () => (isProcessAlive(supervisor) ? null : true))
  assert.ok(
    before.some((pid) => isProcessAlive(pid)),
    'its children live on as orphans',
  )

  const { code, stderr } = await minigram('up', '--no-smoke')
  assert.equal(code, 0, stderr)
  assert.deepEqual(
    before.filter((pid) => isProcessAlive(pid)),
    [],
  )
  const all = await components()
  assert.deepEqual(
    all.filter(({ healthy }) => !healthy).map(({ name }) => name),
    [],
  )
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length)
})
