import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import { eventually } from '../test/support/eventually.ts'
import { sampleResources } from './resources.ts'

const SPIN = 'for (const end = Date.now() + 60000; Date.now() < end;) {}'

test('who works is told from who rests, with what their children use', async (t) => {
  // A shell whose child works: the time counts for the shell.
  const busy = spawn('sh', ['-c', `"${process.execPath}" -e '${SPIN}'; true`], { detached: true })
  const idle = spawn('sleep', ['60'])
  t.after(() => {
    process.kill(-(busy.pid ?? 0), 'SIGKILL')
    idle.kill('SIGKILL')
  })
  const fromMs = performance.now()
  await using sampler = await sampleResources({
    stateDirectory: '/nowhere',
    also: { busy: busy.pid ?? 0, idle: idle.pid ?? 0 },
  })
  const use = await eventually('three samples', 30_000, async () => {
    const seen = sampler.between(fromMs, performance.now())
    return seen.seconds >= 3 ? seen : null
  })
  const { busy: worker, idle: sleeper, generator } = use.components
  assert.ok(worker && sleeper && generator)
  assert.ok(worker.cores > 0.05 && worker.cores > sleeper.cores, JSON.stringify(use.components))
  assert.ok(sleeper.cores < 0.05)
  assert.ok(worker.memoryBytes > sleeper.memoryBytes)
  assert.ok(use.machineCores >= worker.cores * 0.8)
})
