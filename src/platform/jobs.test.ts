import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../../test/support/app.ts'
import { eventually } from '../../test/support/eventually.ts'
import { runJobs } from './job-runner.ts'
import { enqueue } from './jobs.ts'

test('a job that a killed worker held runs as soon as a worker of that name starts again', async (t) => {
  const app = await startApp(t)
  const { services } = app
  await services.db.writeUnowned((trx) => enqueue(trx, 'note', { word: 'held' }))
  await app.rows("insert into job_workers (instance, worker_id) values ('worker1', 'dead')")
  await app.rows(`update graphile_worker._private_jobs set locked_at = now(), locked_by = 'dead'`)
  const seen: unknown[] = []
  await using runner = runJobs({
    postgres: services.postgres,
    handlers: { note: async (payload) => void seen.push(payload) },
    recurring: [],
    instance: 'worker1',
    concurrency: 1,
    log: services.log,
    metrics: services.metrics,
  })
  await eventually('the job ran', 10_000, async () => (seen.length > 0 ? true : null))
  assert.deepEqual(seen, [{ word: 'held' }])
  assert.ok(runner.isRunning())
})

test('a job of a transaction that fails is never seen', async (t) => {
  const app = await startApp(t)
  const write = app.services.db.writeUnowned(async (trx) => {
    await enqueue(trx, 'note', {})
    throw new Error('no')
  })
  await assert.rejects(write, /no/)
  assert.deepEqual(await app.rows('select id from graphile_worker.jobs'), [])
})
