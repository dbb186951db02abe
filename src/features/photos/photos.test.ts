import assert from 'node:assert/strict'
import { access, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'
import { assertRefused } from '../../../test/support/person.ts'
import { insertPhotos, publishes, walk } from '../../../test/support/photos.ts'
import { jpeg } from '../../../test/support/pictures.ts'
import { renditionsOf } from '../../contract/picture-sources.ts'

const NOBODY = '01900000-0000-7000-8000-000000000000'

test('a visitor cannot upload, edit or delete a photo', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const visitor = app.visitor()
  const photo = await publishes(app, ann)
  assertRefused(await visitor.uploads('/api/photos', await jpeg()), 401, 'session.required')
  assertRefused(await visitor.send('PATCH', `/api/photos/${photo.id}`, { caption: 'x' }), 401, 'session.required')
  assertRefused(await visitor.send('DELETE', `/api/photos/${photo.id}`), 401, 'session.required')
})

test('a photo is answered at once as processing, and shown with its files once the worker is done', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const { mediaDirectory, spoolDirectory } = app.services.config
  const uploaded = await ann.uploads('/api/photos', await jpeg(), {
    fields: { caption: ' Morning 🌅 ', altText: 'The sea' },
  })
  assert.equal(uploaded.status, 201)
  const { id, ...card } = uploaded.body
  assert.equal(card.status, 'processing')
  assert.deepEqual(card.renditions, null)
  assert.deepEqual([card.caption, card.altText, card.width, card.height], ['Morning 🌅', 'The sea', 400, 300])
  assert.equal(card.author.username, ann.username)
  assert.ok(card.thumbhash.length > 10)

  const spool = join(spoolDirectory, 'uploads')
  const [waiting = ''] = await readdir(spool)
  assert.equal((await stat(spool)).mode & 0o777, 0o700)
  assert.equal((await stat(join(spool, waiting))).mode & 0o777, 0o600)
  assert.equal((await ann.get(`/api/accounts/${ann.username}`)).body.photoCount, 1)

  await app.runJobs()
  assert.deepEqual(await readdir(spool), [])
  const shown = await app.visitor().get(`/api/photos/${id}`)
  assert.equal(shown.status, 200)
  assert.equal(shown.body.status, 'ready')
  assert.deepEqual(shown.body.viewer, { liked: [] })
  assert.equal(renditionsOf(shown.body).length, 9)
  for (const { path } of renditionsOf(shown.body)) await access(join(mediaDirectory, path.replace('/media/', '')))
  assert.ok(renditionsOf(shown.body).some(({ format }) => format === 'avif'))
})

test('texts may come after the file', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(await jpeg())]), 'a.jpg')
  form.append('caption', 'afterwards')
  const answer = await fetch(`${app.origin}/api/photos`, {
    method: 'POST',
    body: form,
    headers: { authorization: `Bearer ${ann.token}` },
  })
  assert.equal(answer.status, 201)
  const { caption } = (await answer.json()) as { caption: string }
  assert.equal(caption, 'afterwards')
})

test('an upload repeated with its key is one photo; another picture under that key is refused', async (t) => {
  const app = await startApp(t)
  const [ann, bob] = await app.people('ann', 'bob')
  const headers = { 'idempotency-key': 'upload-0001' }
  const first = await ann.uploads('/api/photos', await jpeg(), { headers })
  const second = await ann.uploads('/api/photos', await jpeg(), { headers })
  assert.deepEqual(second.body, first.body)
  assert.equal(second.headers.get('idempotency-replayed'), 'true')
  assertRefused(await ann.uploads('/api/photos', await jpeg('two'), { headers }), 422, 'idempotency.mismatch')
  const other = await ann.uploads('/api/photos', await jpeg(), { headers, fields: { caption: 'other' } })
  assertRefused(other, 422, 'idempotency.mismatch')
  assert.equal((await bob.uploads('/api/photos', await jpeg(), { headers })).status, 201)
  assert.deepEqual(await walk(ann, `/api/accounts/${ann.username}/photos`, 5), [first.body.id])
  assert.equal((await readdir(join(app.services.config.spoolDirectory, 'uploads'))).length, 2)
  await app.runJobs()
  assert.deepEqual(await readdir(join(app.services.config.spoolDirectory, 'uploads')), [])
})

test('an upload sent several times at once with one key is one photo', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const headers = { 'idempotency-key': 'upload-0002' }
  const picture = await jpeg()
  const answers = await Promise.all([1, 2, 3, 4].map(() => ann.uploads('/api/photos', picture, { headers })))
  const ids = new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id))
  assert.equal(ids.size, 1)
  for (const answer of answers) if (answer.status !== 201) assertRefused(answer, 409, 'idempotency.running')
  assert.deepEqual(await readdir(join(app.services.config.spoolDirectory, 'uploads')), [...ids])
})

test('only its owner edits a photo', async (t) => {
  const app = await startApp(t)
  const [ann, bob] = await app.people('ann', 'bob')
  const path = `/api/photos/${(await publishes(app, ann, 'before')).id}`
  assertRefused(await bob.send('PATCH', path, { caption: 'mine now' }), 403, 'photo.not_yours')
  const edited = await ann.send('PATCH', path, { caption: ' after ' })
  assert.equal(edited.status, 200)
  assert.deepEqual([edited.body.caption, edited.body.altText], ['after', ''])
  assert.deepEqual(edited.body.viewer, { liked: [] })
  assert.equal((await bob.get(path)).body.caption, 'after')
  for (const change of [{}, { caption: 'a\0b' }, { caption: 'x'.repeat(2201) }, { caption: {} }, { likeCount: 9 }])
    assertRefused(await ann.send('PATCH', path, change), 400, 'request.invalid')
})

test('an unknown photo is not found, and what is no id is not valid', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  assertRefused(await ann.get(`/api/photos/${NOBODY}`), 404, 'photo.not_found')
  assertRefused(await ann.send('PATCH', `/api/photos/${NOBODY}`, { caption: 'x' }), 404, 'photo.not_found')
  assertRefused(await ann.send('DELETE', `/api/photos/${NOBODY}`), 404, 'photo.not_found')
  assertRefused(await ann.get('/api/photos/1%00'), 400, 'request.invalid')
})

test('an account’s photos are listed newest first, unready ones to their owner alone', async (t) => {
  const app = await startApp(t)
  const [ann, bob] = await app.people('ann', 'bob')
  const path = `/api/accounts/${ann.username}/photos`
  const ready = await insertPhotos(app, ann, 7)
  const processing = await insertPhotos(app, ann, 1, 'processing')
  assert.deepEqual(await walk(bob, path, 3), ready.toReversed())
  assert.deepEqual(
    await walk(ann, path.toUpperCase().replace('/API/ACCOUNTS', '/api/accounts').replace('PHOTOS', 'photos'), 2),
    [...processing, ...ready.toReversed()],
  )
  assert.deepEqual((await app.visitor().get(path)).body.viewer, { liked: [] })
  assertRefused(await bob.get('/api/accounts/nobody.at.all/photos'), 404, 'account.not_found')
})

test('a cursor that is forged or of another list is refused', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  await insertPhotos(app, ann, 3)
  const path = `/api/accounts/${ann.username}/photos`
  const { nextCursor: other } = (await ann.get('/api/feed?limit=1')).body
  for (const cursor of [other, 'x', forged(['photos', "' or 1=1"]), forged(['photos', 7]), forged({}), '%00']) {
    assertRefused(await ann.get(`${path}?cursor=${cursor}`), 400, 'request.cursor_invalid')
  }
  for (const query of ['limit=0', 'limit=51', 'limit=x', `cursor=${'a'.repeat(201)}`])
    assertRefused(await ann.get(`${path}?${query}`), 400, 'request.invalid')
})

function forged(parts: unknown): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}
