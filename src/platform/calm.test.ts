import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../../test/support/app.ts'
import { eventually } from '../../test/support/eventually.ts'
import { CALM_FLAG, createCalm } from './calm.ts'
import { runJobs } from './job-runner.ts'
import { enqueue } from './jobs.ts'

const pressure = (percent: string) => `some avg10=${percent} avg60=12.00 avg300=3.00 total=5\nfull avg10=0.00\n`

test('what waits for calm begins while cores are free, and otherwise one every ten seconds', () => {
  let [percent, nowMs] = ['12.34', 0]
  const calm = createCalm(
    () => pressure(percent),
    () => nowMs,
  )
  assert.equal(calm(), null)
  percent = '93.10'
  assert.deepEqual(calm(), [CALM_FLAG])
  nowMs = 10_000
  assert.equal(calm(), null)
  assert.deepEqual(calm(), [CALM_FLAG])
  nowMs = 19_999
  assert.deepEqual(calm(), [CALM_FLAG])
  percent = '59.99'
  assert.equal(calm(), null)
})

test('a machine that does not tell is calm', () => {
  const calm = createCalm(() => {
    throw new Error('no such file')
  })
  assert.equal(calm(), null)
  assert.equal(createCalm(() => 'something else')(), null)
})

test('of two jobs the one that waits for calm is passed over until then', async (t) => {
  const app = await startApp(t)
  const { services } = app
  await services.db.writeUnowned(async (trx) => {
    await enqueue(trx, 'note', { word: 'patient' }, { waitsForCalm: true })
    await enqueue(trx, 'note', { word: 'urgent' })
  })
  const seen: unknown[] = []
  let held: string[] | null = [CALM_FLAG]
  await using _runner = runJobs({
    postgres: services.postgres,
    handlers: { note: async (payload) => void seen.push((payload as { word: string }).word) },
    recurring: [],
    instance: 'worker1',
    concurrency: 1,
    log: services.log,
    metrics: services.metrics,
    calm: () => held,
  })
  await eventually('one job ran', 10_000, async () => (seen.length > 0 ? true : null))
  assert.deepEqual(seen, ['urgent'])
  held = null
  await eventually('the other ran', 10_000, async () => (seen.length > 1 ? true : null))
  assert.deepEqual(seen, ['urgent', 'patient'])
})
