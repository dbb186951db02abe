import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addUp, appUse } from './app-readings.ts'
import { nameBottleneck, type Evidence } from './bottleneck.ts'

function evidence(cores: Record<string, number>, machineCores: number, changed: Partial<Evidence> = {}): Evidence {
  const components = Object.fromEntries(
    Object.entries(cores).map(([name, used]) => [name, { cores: used, peakCores: used, memoryBytes: 0 }]),
  )
  return {
    cores: 2,
    use: { seconds: 10, components, machineCores, waitingCores: 0 },
    apps: { loopDelayP99Ms: 20, queueMs: 5, poolWaiting: 0, queryMs: 2, shed: {} },
    generator: { cpuShare: 0.4, lateP99Ms: 5, isVoid: false },
    p95Ms: 400,
    ...changed,
  }
}

test('a machine without idle time is what gave way, and the figures say who used it', () => {
  const { resource, because } = nameBottleneck(evidence({ app1: 0.5, app2: 0.5, pg1: 0.2, generator: 0.4 }, 1.95))
  assert.equal(resource, 'CPU of the machine')
  assert.match(because, /^1\.95 of 2 cores in use: app 1\.00, generator 0\.40, others 0\.35, pg 0\.20;/)
})

test('with CPU left it is the loop, the connections, the database or the disk, by its own figure', () => {
  const idle = { app1: 0.3 }
  const { apps } = evidence(idle, 0.5)
  const resourceOf = (changed: Partial<Evidence>, cores = idle) =>
    nameBottleneck(evidence(cores, 1.2, changed)).resource
  assert.equal(resourceOf({}, { app1: 0.96 }), 'event loop of the app servers')
  assert.equal(resourceOf({ apps: { ...apps, poolWaiting: 12 } }), 'database connections')
  assert.equal(resourceOf({ apps: { ...apps, queryMs: 300 } }), 'database time')
  assert.equal(resourceOf({ use: { ...evidence(idle, 0.5).use, waitingCores: 0.8 } }), 'disk')
  assert.equal(resourceOf({ generator: { cpuShare: 1, lateP99Ms: 200, isVoid: true } }), 'the load generator')
  assert.equal(resourceOf({}), 'none of those that are measured')
})

test('what the app servers say is added up, and of their loops the worst counts', () => {
  const text = (shed: number, delay: number) =>
    `# HELP x\nhttp_requests_shed_total{class="heavy",instance="app1"} ${shed}\nevent_loop_delay_p99_seconds ${delay}\n` +
    `request_queue_seconds_bucket{le="1"} 9\nrequest_queue_seconds_sum ${delay * shed}\nrequest_queue_seconds_count ${shed}\n`
  const first = { atMs: 0, values: addUp([text(10, 0.01), text(10, 0.01)]) }
  const last = { atMs: 1_000, values: addUp([text(20, 0.05), text(30, 0.02)]) }
  const use = appUse([first, last])
  assert.deepEqual(use.shed, { heavy: 30 })
  assert.equal(use.loopDelayP99Ms, 50)
  assert.ok(Math.abs(use.queueMs - ((1 + 0.6 - 0.2) / 30) * 1_000) < 1e-9)
})
