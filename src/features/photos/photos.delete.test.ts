import assert from 'node:assert/strict'
import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { eventually } from '../../../test/support/eventually.ts'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import { startEdge } from '../../../test/support/edge.ts'
import { assertRefused, type Person } from '../../../test/support/person.ts'
import { asOperator, publishes } from '../../../test/support/photos.ts'
import { jpeg } from '../../../test/support/pictures.ts'

async function startWithEdge(t: TestContext) {
  const edge = await startEdge(t)
  return { app: await startApp(t, { MINIGRAM_EDGE_PURGE_TARGETS: edge.target }), edge }
}

const mediaKeyOf = async (app: TestApp, id: string) =>
  (await app.rows<{ media_key: string }>('select media_key from photos where id = $1', [id]))[0]?.media_key ?? ''
const filesOf = async (app: TestApp) =>
  (await readdir(app.services.config.mediaDirectory)).filter((name) => !name.startsWith('.'))
const spooled = (app: TestApp) => readdir(join(app.services.config.spoolDirectory, 'uploads'))
/** What waits for its time is due now. */
const skipTime = (app: TestApp) => app.rows('update graphile_worker._private_jobs set run_at = now()')

test('a stranger cannot delete a photo; its owner and an operator can', async (t) => {
  const { app } = await startWithEdge(t)
  const [ann, bob, oda] = await app.people('ann', 'bob', 'oda')
  await asOperator(app, oda)
  const [one, two] = [await publishes(app, ann), await publishes(app, ann)]
  assertRefused(await bob.send('DELETE', `/api/photos/${one.id}`), 403, 'photo.not_yours')
  assert.equal((await ann.send('DELETE', `/api/photos/${one.id}`)).status, 204)
  assert.equal((await oda.send('DELETE', `/api/photos/${two.id}`)).status, 204)
  assert.equal((await ann.get(`/api/accounts/${ann.username}`)).body.photoCount, 0)
})

test('a deleted photo is gone from the API, the disk and the edge', async (t) => {
  const { app, edge } = await startWithEdge(t)
  const [ann, bob] = await app.people('ann', 'bob')
  const { id } = await publishes(app, ann)
  const path = `/api/photos/${id}`
  await bob.send('PUT', `${path}/like`)
  const comment = await bob.send('POST', `${path}/comments`, { text: 'hello' })
  const key = await mediaKeyOf(app, id)
  assert.deepEqual(await filesOf(app), [key])

  assert.equal((await ann.send('DELETE', path)).status, 204)
  for (const refused of [
    await bob.get(path),
    await bob.get(`${path}/likes`),
    await bob.get(`${path}/comments`),
    await bob.send('PUT', `${path}/like`),
    await bob.send('POST', `${path}/comments`, { text: 'x' }),
    await ann.send('PATCH', path, { caption: 'x' }),
    await ann.send('DELETE', path),
  ])
    assertRefused(refused, 410, 'photo.gone')
  assertRefused(await bob.send('DELETE', `/api/comments/${comment.body.id}`), 404, 'comment.not_found')

  await app.runJobs()
  assert.deepEqual(await filesOf(app), [])
  assert.deepEqual(edge.purges, [`PURGE / test media-${key}`])
  const metrics = await app.services.metrics.registry.metrics()
  assert.match(metrics, /time_to_gone_seconds_count 1/)

  await skipTime(app)
  await app.runJobs()
  assert.equal(edge.purges.length, 2, 'what was being fetched meanwhile is purged, too')
  assert.equal(edge.purges[1], edge.purges[0])
})

test('an edge that does not confirm is asked again', async (t) => {
  const { app, edge } = await startWithEdge(t)
  const [ann] = await app.people('ann')
  const { id } = await publishes(app, ann)
  await ann.send('DELETE', `/api/photos/${id}`)
  edge.status = 403
  await app.runJobs()
  assert.deepEqual(await filesOf(app), [])
  assert.equal(edge.purges.length, 1)
  edge.status = 200
  await skipTime(app)
  await app.runJobs()
  assert.equal(edge.purges.length, 2)
  const waiting = await app.rows(
    `select from graphile_worker.jobs where task_identifier = 'media.purge' and run_at > now() + interval '1 second'`,
  )
  assert.equal(waiting.length, 1, 'what is being fetched meanwhile is purged later')
})

test('a photo deleted before or while it was rendered leaves no file', async (t) => {
  const { app, edge } = await startWithEdge(t)
  const [ann] = await app.people('ann')
  const { body } = await ann.uploads('/api/photos', await jpeg())
  const payload = await renderPayload(app, body.id, ann)
  await ann.send('DELETE', `/api/photos/${body.id}`)
  await app.runJobs()
  assert.deepEqual(await filesOf(app), [])
  assert.deepEqual(await spooled(app), [])

  // As if a render had put its files in place just after the deletion's own job had removed them.
  await mkdir(join(app.services.config.mediaDirectory, payload.mediaKey))
  edge.purges.length = 0
  await addJob(app, 'photo.render', payload)
  await app.runJobs()
  assert.deepEqual(await filesOf(app), [])
  assert.equal(edge.purges[0], `PURGE / test media-${payload.mediaKey}`)
})

test('a photo rendered twice is the same photo', async (t) => {
  const { app } = await startWithEdge(t)
  const [ann] = await app.people('ann')
  const { id } = await publishes(app, ann)
  const before = (await ann.get(`/api/photos/${id}`)).body
  await addJob(app, 'photo.render', await renderPayload(app, id, ann))
  await addJob(app, 'photo.render_avif', { photoId: id })
  await app.runJobs()
  assert.deepEqual((await ann.get(`/api/photos/${id}`)).body, before)
})

test('a photo that cannot be rendered is failed after the last attempt, and listed to its author alone', async (t) => {
  const { app } = await startWithEdge(t)
  const [ann, bob] = await app.people('ann', 'bob')
  const { body: photo } = await ann.uploads('/api/photos', await jpeg())
  await app.rows(
    `update graphile_worker._private_jobs set payload = jsonb_set(payload::jsonb, '{spoolName}', $1), max_attempts = 2`,
    [JSON.stringify('0'.repeat(32))],
  )
  await app.runJobs()
  assert.equal((await ann.get(`/api/photos/${photo.id}`)).body.status, 'processing')
  // Its second attempt is its last: however often we look, no third one ends it.
  await eventually('the photo is failed', 10_000, async () => {
    await skipTime(app)
    await app.runJobs()
    return (await ann.get(`/api/photos/${photo.id}`)).body.status === 'failed' ? true : null
  })
  const list = `/api/accounts/${ann.username}/photos`
  assert.equal((await ann.get(list)).body.items.length, 1)
  assert.equal((await bob.get(list)).body.items.length, 0)
})

test('the sweep removes old uploads that no photo waits for', async (t) => {
  const { app } = await startWithEdge(t)
  const [ann] = await app.people('ann')
  await ann.uploads('/api/photos', await jpeg())
  const [awaited = ''] = await spooled(app)
  const spool = join(app.services.config.spoolDirectory, 'uploads')
  const [old, young] = ['0'.repeat(32), '1'.repeat(32)]
  for (const name of [old, young]) await writeFile(join(spool, name), '')
  for (const name of [old, awaited]) await utimes(join(spool, name), 1, 1)
  await app.rows('delete from graphile_worker._private_jobs')
  await addJob(app, 'spool.sweep', {})
  await app.runJobs()
  assert.deepEqual((await spooled(app)).toSorted(), [awaited, young].toSorted())
  assert.ok((await stat(join(spool, awaited))).size > 0)
  assert.match(await app.services.metrics.registry.getSingleMetricAsString('orphans_total'), /kind="upload"\} 1\b/)
})

async function renderPayload(app: TestApp, photoId: string, person: Person) {
  const [account] = await app.rows<{ id: string }>('select id from accounts where username = $1', [person.username])
  return { photoId, accountId: account?.id, mediaKey: await mediaKeyOf(app, photoId), spoolName: photoId }
}

function addJob(app: TestApp, task: string, payload: object) {
  return app.rows('select graphile_worker.add_job($1, $2::json)', [task, JSON.stringify(payload)])
}
