import assert from 'node:assert/strict'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import { unzip } from '../../../test/support/archive.ts'
import { assertRefused, type Person } from '../../../test/support/person.ts'
import { asOperator, insertPhotos, publishes } from '../../../test/support/photos.ts'
import { jpeg } from '../../../test/support/pictures.ts'

const EXPORT = '/api/accounts/me/export'
const DOWNLOAD = `${EXPORT}/download`
const NONE = { status: 'none', progress: { done: 0, total: 0 }, sizeBytes: null, expiresAt: null, path: null }

const archivesOf = (app: TestApp) => join(app.services.config.spoolDirectory, 'exports')
const addJob = (app: TestApp, task: string, payload: object = {}) =>
  app.rows('select graphile_worker.add_job($1, $2::json)', [task, JSON.stringify(payload)])

async function download(app: TestApp, person: Person) {
  const response = await fetch(new URL(DOWNLOAD, app.origin), { headers: { authorization: `Bearer ${person.token}` } })
  assert.equal(response.status, 200)
  return { headers: response.headers, archive: Buffer.from(await response.arrayBuffer()) }
}

test('a visitor cannot ask for anybody’s data', async (t) => {
  const app = await startApp(t)
  const visitor = app.visitor()
  assertRefused(await visitor.send('POST', EXPORT), 401, 'session.required')
  assertRefused(await visitor.get(EXPORT), 401, 'session.required')
  assertRefused(await visitor.get(DOWNLOAD), 401, 'session.required')
})

test('an archive holds all that its owner has here, and nobody else gets it', async (t) => {
  const app = await startApp(t)
  const [ann, bob, oda] = await app.people('ann', 'bob', 'oda')
  await asOperator(app, oda)
  const photo = await publishes(app, ann, 'Morning 🌅')
  const hidden = await publishes(app, ann, 'loud')
  const { body: waiting } = await ann.uploads('/api/photos', await jpeg())
  const [other = ''] = await insertPhotos(app, bob, 1)
  await ann.send('PATCH', '/api/accounts/me', { displayName: 'Ann', bio: 'Hills' })
  await ann.send('PUT', `/api/accounts/${bob.username}/follow`)
  await bob.send('PUT', `/api/accounts/${ann.username}/follow`)
  await ann.send('PUT', `/api/photos/${other}/like`)
  const comment = await ann.send('POST', `/api/photos/${other}/comments`, { text: 'A "quoted" \n line' })
  await bob.send('POST', `/api/photos/${photo.id}/comments`, { text: 'not hers' })
  await ann.send('POST', `/api/photos/${other}/report`, { reason: 'other', text: 'Hm' })
  await oda.send('PUT', `/api/ops/photos/${hidden.id}/hidden`, { reason: 'Too loud' })
  await app.rows(`delete from graphile_worker._private_jobs where payload::text like $1`, [`%${waiting.id}%`])
  await app.runJobs()

  assert.deepEqual((await ann.get(EXPORT)).body, NONE)
  assertRefused(await ann.get(DOWNLOAD), 404, 'export.not_ready')
  const asked = await ann.send('POST', EXPORT)
  assert.equal(asked.status, 202)
  assert.equal(asked.body.status, 'running')
  assert.equal((await ann.send('POST', EXPORT)).body.id, asked.body.id, 'one at a time')
  assert.deepEqual((await ann.get(EXPORT)).body, { ...NONE, status: 'running' })
  assertRefused(await ann.get(DOWNLOAD), 404, 'export.not_ready')
  await app.runJobs()

  const { body: state } = await ann.get(EXPORT)
  assert.deepEqual([state.status, state.progress, state.path], ['ready', { done: 3, total: 3 }, DOWNLOAD])
  const hours = (Date.parse(state.expiresAt) - Date.now()) / 3_600_000
  assert.ok(hours > 23 && hours <= 24)
  const { headers, archive } = await download(app, ann)
  assert.equal(archive.length, state.sizeBytes)
  assert.equal(headers.get('content-type'), 'application/zip')
  assert.equal(headers.get('cache-control'), 'private, no-store')
  assert.match(
    headers.get('content-disposition') ?? '',
    new RegExp(`^attachment; filename="minigram-${ann.username}-\\d{4}-\\d\\d-\\d\\d\\.zip"$`),
  )
  const files = await unzip(archive)
  const names = [photo, hidden].map(({ id }) => `photos/${id}.jpg`)
  assert.deepEqual([...files.keys()].toSorted(), [...names, 'data.json'].toSorted())
  for (const name of names) assert.deepEqual(files.get(name)?.subarray(0, 3), Buffer.from([0xff, 0xd8, 0xff]))

  const data = JSON.parse(files.get('data.json')?.toString() ?? '')
  assert.deepEqual([data.account.username, data.account.displayName, data.account.bio], [ann.username, 'Ann', 'Hills'])
  assert.deepEqual(
    data.photos.map((one: { caption: string; file: string | null; hidden: { reason: string } | null }) => [
      one.caption,
      one.file,
      one.hidden?.reason ?? null,
    ]),
    [
      ['Morning 🌅', names[0], null],
      ['loud', names[1], 'Too loud'],
      ['', null, null],
    ],
  )
  assert.deepEqual(
    data.comments.map((one: object) => ({ ...one, createdAt: '' })),
    [{ id: comment.body.id, photoId: other, text: 'A "quoted" \n line', createdAt: '' }],
  )
  assert.deepEqual(
    [data.likes, data.reports].map(([one]) => one.photoId),
    [other, other],
  )
  assert.deepEqual(
    [data.following, data.followers].map(([one]) => one.username),
    [bob.username, bob.username],
  )
  assert.equal(data.devices.length, 1)
  assert.ok(!/password|token|media_?key/i.test(JSON.stringify(data)))

  assert.deepEqual((await bob.get(EXPORT)).body, NONE)
  assertRefused(await bob.get(DOWNLOAD), 404, 'export.not_ready')
  const directory = archivesOf(app)
  assert.equal(statSync(directory).mode & 0o777, 0o700)
  assert.deepEqual(
    readdirSync(directory).map((name) => statSync(join(directory, name)).mode & 0o777),
    [0o600],
  )
})

test('many rows are read page by page, and all of them', async (t) => {
  const app = await startApp(t)
  const [ann, bob] = await app.people('ann', 'bob')
  const ids = await insertPhotos(app, bob, 1_001)
  await app.rows(
    `insert into likes (photo_id, account_id) select photo, accounts.id from unnest($1::uuid[]) as photo, accounts where username = $2`,
    [ids, ann.username],
  )
  await insertPhotos(app, ann, 201)
  await ann.send('POST', EXPORT)
  await app.runJobs()
  const data = JSON.parse((await unzip((await download(app, ann)).archive)).get('data.json')?.toString() ?? '')
  assert.deepEqual(
    data.likes.map((like: { photoId: string }) => like.photoId),
    ids.toSorted(),
  )
  assert.equal(data.photos.length, 201)
})

test('a new archive replaces the one before; a job that runs again does no harm', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  await ann.send('POST', EXPORT)
  await app.runJobs()
  const [first = ''] = readdirSync(archivesOf(app))
  const { body } = await ann.send('POST', EXPORT)
  assert.notEqual(`${body.id}.zip`, first)
  await app.runJobs()
  assert.deepEqual(readdirSync(archivesOf(app)), [`${body.id}.zip`])
  const [account] = await app.rows<{ id: string }>('select id from accounts')
  for (const exportId of [body.id, first.replace('.zip', '')])
    await addJob(app, 'export.build', { exportId, accountId: account?.id })
  // As if the worker had been killed before it wrote down that it was done.
  await app.rows(`update data_exports set status = 'running'`)
  await app.runJobs()
  assert.equal((await ann.get(EXPORT)).body.status, 'ready')
  assert.deepEqual(readdirSync(archivesOf(app)), [`${body.id}.zip`])
  await unzip((await download(app, ann)).archive)
})

test('an archive that cannot be written is failed after the last attempt, and may be asked for again', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  writeFileSync(archivesOf(app), 'in the way')
  await ann.send('POST', EXPORT)
  await app.runJobs()
  assert.equal((await ann.get(EXPORT)).body.status, 'running')
  await app.rows('update graphile_worker._private_jobs set max_attempts = attempts + 1, run_at = now()')
  await app.runJobs()
  assert.equal((await ann.get(EXPORT)).body.status, 'failed')
  assert.equal((await ann.send('POST', EXPORT)).body.status, 'running')
})

test('an archive is gone after a day, with files that nobody waits for', async (t) => {
  const app = await startApp(t)
  const [ann, bob] = await app.people('ann', 'bob')
  for (const person of [ann, bob]) await person.send('POST', EXPORT)
  await app.runJobs()
  await app.rows(
    `update data_exports set expires_at = now() - interval '1 second' where account_id = (select id from accounts where username = $1)`,
    [ann.username],
  )
  assert.deepEqual((await ann.get(EXPORT)).body, NONE)
  assertRefused(await ann.get(DOWNLOAD), 404, 'export.not_ready')
  writeFileSync(join(archivesOf(app), '01900000-0000-7000-8000-000000000000.zip'), '')
  await addJob(app, 'exports.sweep')
  await app.runJobs()
  assert.equal(readdirSync(archivesOf(app)).length, 1)
  assert.equal((await bob.get(EXPORT)).body.status, 'ready')
})

test('whoever deletes their account takes the archive along', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  await ann.send('POST', EXPORT)
  await app.runJobs()
  assert.equal(readdirSync(archivesOf(app)).length, 1)
  await ann.send('DELETE', '/api/accounts/me')
  await app.runJobs()
  assert.deepEqual(readdirSync(archivesOf(app)), [])
  assert.deepEqual(await app.rows('select * from data_exports'), [])
})

test('archives are asked for ten times a day at most', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  for (let count = 0; count < 10; count += 1) assert.equal((await ann.send('POST', EXPORT)).status, 202)
  assertRefused(await ann.send('POST', EXPORT), 429, 'request.rate_limited')
})
