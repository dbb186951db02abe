import assert from 'node:assert/strict'
import { test } from 'node:test'
import { programs, stopLevels } from './components.ts'
import { fingerprints, planRestarts } from './restarts.ts'

const WANTED = programs(2)
const RELEASE = { server: 's1', deploy: { lb: 'l1', postgres: 'p1', app: 'a1' } }
const ALL_RUNNING = WANTED.map(({ name }) => ({ name, isRunning: true }))

test('nothing is touched when nothing has changed', () => {
  const now = fingerprints(WANTED, RELEASE)
  assert.deepEqual(planRestarts(ALL_RUNNING, WANTED, now, now, 'pg1'), { start: [], restart: [], stop: [] })
})

test('new server code restarts the node programs only, app servers last', () => {
  const before = fingerprints(WANTED, RELEASE)
  const after = fingerprints(WANTED, { ...RELEASE, server: 's2' })
  const { restart } = planRestarts(ALL_RUNNING, WANTED, before, after, 'pg1')
  assert.deepEqual(restart, ['worker1', 'watcher', 'app1', 'app2'])
})

test('a changed database folder restarts replicas before the primary', () => {
  const before = fingerprints(WANTED, RELEASE)
  const after = fingerprints(WANTED, { ...RELEASE, deploy: { ...RELEASE.deploy, postgres: 'p2' } })
  assert.deepEqual(planRestarts(ALL_RUNNING, WANTED, before, after, 'pg1').restart, ['pg2', 'pg3', 'pg1'])
})

test('what is down is started, and an app server too many is stopped', () => {
  const now = fingerprints(WANTED, RELEASE)
  const running = [...ALL_RUNNING.filter((each) => each.name !== 'lb'), { name: 'app3', isRunning: true }]
  const plan = planRestarts(running, WANTED, now, now, 'pg1')
  assert.deepEqual(plan, { start: ['lb'], restart: [], stop: ['app3'] })
})

test('the way down closes the doors first and ends with the primary and the store that elects it', () => {
  const levels = stopLevels('pg2')
  assert.deepEqual(levels[0], ['edge1', 'edge2', 'edge3', 'edge4', 'edge5', 'edge6', 'edge7', 'edge8', 'lb'])
  assert.deepEqual(levels.slice(-2), [['redis-main', 'redis-cache', 'pg2'], ['etcd']])
  assert.ok(levels[1]?.includes('worker1') && levels[1].includes('pg1') && levels[1].includes('pg3'))
  const named = new Set(levels.flat())
  assert.deepEqual(
    programs(16, 8)
      .map((each) => each.name)
      .filter((name) => !named.has(name)),
    [],
  )
})
