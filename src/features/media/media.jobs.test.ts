import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { startApp } from '../../../test/support/app.ts'
import { createMediaJobs } from './media.jobs.ts'

const [ONE, TWO] = ['1'.repeat(32), '2'.repeat(32)] as const

/** The handlers with a CDN and PoPs that note what they are told; every file is erased at once. */
async function startJobs(t: TestContext) {
  const app = await startApp(t)
  const { db, log, metrics } = app.services
  const told = {
    forgotten: [] as string[],
    paths: [] as string[],
    cdn: [] as string[][],
    fails: false,
    left: [] as string[],
  }
  const handlers = createMediaJobs({
    db,
    metrics,
    media: { directoryOf: (key) => key, erase: async () => undefined, isShown: async () => false },
    edge: {
      async forget({ tags, paths }) {
        if (told.fails) throw new Error('not purged at edge2')
        told.forgotten.push(...tags)
        told.paths.push(...paths)
      },
      [Symbol.asyncDispose]: async () => undefined,
    },
    cdn: {
      async purge(tags) {
        told.cdn.push([...tags])
        return { left: told.left, retryAfterMs: 60_000 }
      },
    },
  })
  const run = (task: string, payload: unknown) => handlers[task]?.(payload, { log, attempt: 1, lastAttempt: false })
  const waiting = (task: string) =>
    app.rows<{ payload: any; seconds: number }>(
      `select payload, extract(epoch from run_at - now())::float as seconds from graphile_worker._private_jobs jobs
       join graphile_worker._private_tasks tasks on tasks.id = jobs.task_id where identifier = $1 order by run_at`,
      [task],
    )
  return { told, run, waiting, metrics }
}

test('every file of a photo is asked for through the PoPs, and the purge comes twice more', async (t) => {
  const { told, run, waiting } = await startJobs(t)
  await run('media.erase', { keys: [ONE], requestedAtMs: Date.now() })
  assert.deepEqual(told.forgotten, [`media-${ONE}`])
  assert.equal(told.paths.length, 10)
  assert.ok(told.paths.includes(`/media/${ONE}/1280.avif`) && told.paths.includes(`/media/${ONE}/256.webp`))
  const [first, none] = await waiting('media.purge')
  assert.ok(first && first.seconds > 1 && none === undefined)
  await run('media.purge', first.payload)
  const [, second] = await waiting('media.purge')
  assert.ok(second && second.seconds > 4)
  await run('media.purge', second.payload)
  assert.equal((await waiting('media.purge')).length, 2, 'then it is over')
})

test('a purge that is not confirmed comes again within seconds, however often it failed, and does not count as gone', async (t) => {
  const { told, run, waiting, metrics } = await startJobs(t)
  told.fails = true
  await run('media.erase', { keys: [ONE], requestedAtMs: Date.now(), tries: 40 })
  const [again] = await waiting('media.erase')
  assert.ok(again && again.seconds > 5 && again.seconds <= 15)
  assert.equal(again.payload.tries, 41)
  assert.match(await metrics.registry.metrics(), /purge_failures_total 1/)
  assert.match(await metrics.registry.metrics(), /time_to_gone_seconds_count 0/)
  told.fails = false
  await run('media.erase', again.payload)
  assert.match(await metrics.registry.metrics(), /time_to_gone_seconds_count 1/)
})

test('deletions travel to the CDN together, and what it does not take comes again when it says', async (t) => {
  const { told, run, waiting } = await startJobs(t)
  await run('media.erase', { keys: [ONE] })
  await run('media.erase', { keys: [TWO] })
  const [soon, later, none] = await waiting('cdn.purge')
  assert.deepEqual(soon?.payload, [`media-${ONE}`, `media-${TWO}`])
  assert.deepEqual(later?.payload, soon?.payload)
  assert.ok(later && later.seconds > 5 && none === undefined)
  told.left = [`media-${TWO}`]
  await run('cdn.purge', [`media-${ONE}`, `media-${TWO}`, `media-${ONE}`])
  assert.deepEqual(told.cdn, [[`media-${ONE}`, `media-${TWO}`]])
  const rest = (await waiting('cdn.purge')).at(-1)
  assert.deepEqual(rest?.payload, [`media-${TWO}`])
  assert.ok(rest && rest.seconds > 50)
})
