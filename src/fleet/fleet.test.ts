import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { FleetError, type Member, type MemberState, planScale } from './fleet.ts'
import { createNativeFleet } from './native-fleet.ts'

/** Sixteen app servers, of which the first are in these states and the rest stopped. */
function members(...states: MemberState[]): Member[] {
  return Array.from({ length: 16 }, (_, index): Member => {
    const state = states[index] ?? 'stopped'
    const isUp = state !== 'stopped' && state !== 'failed'
    return {
      name: `app${index + 1}`,
      slot: index + 1,
      pid: isUp ? 100 + index : null,
      state,
      inRotation: state === 'running',
    }
  })
}

test('scaling out starts the next slots, scaling in stops the last ones', () => {
  const three = members('running', 'running', 'running')
  assert.deepEqual(planScale(three, 5).start, ['app4', 'app5'])
  assert.deepEqual(planScale(three, 5).stop, [])
  assert.deepEqual(planScale(three, 1), { wanted: ['app1'], start: [], stop: ['app2', 'app3'] })
  assert.deepEqual(planScale(three, 3), { wanted: ['app1', 'app2', 'app3'], start: [], stop: [] })
})

test('what failed or is leaving is started again, what is starting is waited for', () => {
  const mixed = members('running', 'failed', 'starting', 'draining', 'failed', 'frozen')
  assert.deepEqual(planScale(mixed, 4), {
    wanted: ['app1', 'app2', 'app3', 'app4'],
    start: ['app2', 'app4'],
    stop: ['app5', 'app6'],
  })
})

test('a number outside 1 to 16, and a frozen one among the wanted, are refused before anything changes', () => {
  for (const count of [0, 17, -1, 2.5, NaN]) assert.throws(() => planScale(members('running'), count), FleetError)
  assert.throws(() => planScale(members('running', 'frozen'), 2), /app2 is frozen \(pid 101\)/)
})

test('where no stack runs, the next thing to type is up', async () => {
  const fleet = createNativeFleet({ stateDirectory: mkdtempSync(join(tmpdir(), 'fleet-')) })
  await assert.rejects(fleet.scale(2), { name: 'FleetError', next: 'up' })
  await assert.rejects(fleet.kill('app1'), { name: 'FleetError', next: 'up' })
})
