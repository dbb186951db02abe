import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Histogram, Registry } from 'prom-client'
import { createRequestMetrics } from './request-metrics.ts'

test('durations are exported exactly as a histogram of the library would', async () => {
  const [ours, theirs] = [new Registry(), new Registry()]
  const note = createRequestMetrics(ours)
  const histogram = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'From headers read to answer sent',
    labelNames: ['route', 'method', 'status', 'instance'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10],
    registers: [theirs],
  })
  for (const [route, seconds] of [
    ['/api/feed', 0.004],
    ['/api/feed', 0.005],
    ['/api/feed', 0.25],
    ['/api/feed', 60],
    ['/api/photos/:id', 0.75],
  ] as const) {
    note(route, 'GET', 200, 'app1', seconds)
    histogram.observe({ route, method: 'GET', status: '200', instance: 'app1' }, seconds)
  }
  const name = 'http_request_duration_seconds'
  assert.equal(await ours.getSingleMetricAsString(name), await theirs.getSingleMetricAsString(name))
  note('/api/feed', 'GET', 503, 'app1', null)
  assert.match(
    await ours.metrics(),
    /http_requests_total\{route="\/api\/feed",method="GET",status="200",instance="app1"\} 4/,
  )
  assert.match(await ours.metrics(), /http_requests_total\{[^}]*status="503"[^}]*\} 1/)
  assert.doesNotMatch(await ours.getSingleMetricAsString(name), /503/, 'what was refused took no time')
})
