import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { startApp } from '../../../test/support/app.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { assertRefused } from '../../../test/support/person.ts'
import { asOperator, insertPhotos, walk } from '../../../test/support/photos.ts'

test('a visitor reads comments and cannot write or delete them', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const [id] = await insertPhotos(app, ann, 1)
  const path = `/api/photos/${id}/comments`
  const posted = await ann.send('POST', path, { text: '  What a day! 🌅 ' })
  assert.equal(posted.status, 201)
  assert.deepEqual(Object.keys(posted.body).toSorted(), ['author', 'createdAt', 'id', 'text'])
  assert.equal(posted.body.text, 'What a day! 🌅')
  assert.equal(posted.body.author.username, ann.username)
  const visitor = app.visitor()
  assert.deepEqual((await visitor.get(path)).body, { items: [posted.body], nextCursor: null })
  assertRefused(await visitor.send('POST', path, { text: 'x' }), 401, 'session.required')
  assertRefused(await visitor.send('DELETE', `/api/comments/${posted.body.id}`), 401, 'session.required')
})

test('a comment is deleted by its author, the owner of the photo or an operator, and by nobody else', async (t) => {
  const app = await startApp(t)
  const [ann, bob, cem, oda] = await app.people('ann', 'bob', 'cem', 'oda')
  await asOperator(app, oda)
  const [id] = await insertPhotos(app, ann, 1)
  for (const person of [bob, ann, oda]) {
    const { body } = await bob.send('POST', `/api/photos/${id}/comments`, { text: 'hello' })
    assertRefused(await cem.send('DELETE', `/api/comments/${body.id}`), 403, 'comment.not_yours')
    assert.equal((await person.send('DELETE', `/api/comments/${body.id}`)).status, 204)
    assertRefused(await person.send('DELETE', `/api/comments/${body.id}`), 404, 'comment.not_found')
  }
  assert.equal((await ann.get(`/api/photos/${id}`)).body.commentCount, 0)
})

test('who is suspended while they write has written nothing', async (t) => {
  const app = await startApp(t)
  const [ann, bob] = await app.people('ann', 'bob')
  const [id] = await insertPhotos(app, ann, 1)
  assert.equal((await bob.get('/api/accounts/me')).status, 200)
  // As a suspension that came after the session was looked up.
  await app.rows('update all_accounts set suspended_at = now() where username = $1', [bob.username])
  assertRefused(await bob.send('POST', `/api/photos/${id}/comments`, { text: 'x' }), 401, 'session.required')
  assert.equal((await ann.get(`/api/photos/${id}`)).body.commentCount, 0)
  assert.deepEqual((await ann.get(`/api/photos/${id}/comments`)).body.items, [])
})

test('a comment repeated with its key is one comment', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const [id, other] = await insertPhotos(app, ann, 2)
  const headers = { 'idempotency-key': 'comment-0001' }
  const send = (photo: string | undefined, text: string) =>
    ann.send('POST', `/api/photos/${photo}/comments`, { text }, headers)
  const first = await send(id, 'once')
  assert.deepEqual((await send(id, 'once')).body, first.body)
  assertRefused(await send(id, 'twice'), 422, 'idempotency.mismatch')
  assert.equal((await send(other, 'once')).status, 201)
  assert.equal((await ann.get(`/api/photos/${id}`)).body.commentCount, 1)
})

test('whose key is answered elsewhere after it was looked up has no effect of their own', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const [id] = await insertPhotos(app, ann, 1)
  const path = `/api/photos/${id}/comments`
  const headers = { 'idempotency-key': 'comment-0002' }
  const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  const answered = sql`insert into idempotency_keys (account_id, route, key, body_digest, status, body)
    select id, ${`POST ${path}`}, 'comment-0002', 'x', 201, '{}' from accounts where username = ${ann.username}`
  const { result: late } = await app.services.postgres.write(async (trx) => {
    await answered.execute(trx)
    const sent = ann.send('POST', path, { text: 'once' }, headers)
    await eventually('the second wants to keep its answer', 5_000, async () => (await app.rows(waiting))[0] ?? null)
    return { sent }
  })
  assertRefused(await late.sent, 409, 'idempotency.running')
  assert.deepEqual((await ann.get(path)).body.items, [])
  assertRefused(await ann.send('POST', path, { text: 'once' }, headers), 422, 'idempotency.mismatch')
})

test('what cannot be a comment is refused', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const [id] = await insertPhotos(app, ann, 1)
  const path = `/api/photos/${id}/comments`
  const bodies = [
    {},
    { text: '' },
    { text: ' \n ' },
    { text: 'a\0b' },
    { text: 'x'.repeat(1001) },
    { text: {} },
    'x',
    [],
  ]
  for (const body of bodies) assertRefused(await ann.send('POST', path, body), 400, 'request.invalid')
  assertRefused(await ann.send('POST', path, { text: 'x', photoId: id }), 400, 'request.invalid')
  const nobody = '01900000-0000-7000-8000-000000000000'
  assertRefused(await ann.send('POST', `/api/photos/${nobody}/comments`, { text: 'x' }), 404, 'photo.not_found')
  assertRefused(await ann.get(`/api/photos/${nobody}/comments`), 404, 'photo.not_found')
  assertRefused(await ann.send('DELETE', `/api/comments/${nobody}`), 404, 'comment.not_found')
  assert.equal((await ann.send('POST', path, { text: `\ud800 ${'é'.repeat(900)}` })).status, 201)
})

test('comments are listed newest first, each once', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const [id] = await insertPhotos(app, ann, 1)
  const path = `/api/photos/${id}/comments`
  const posted: string[] = []
  for (let nr = 0; nr < 7; nr += 1) posted.push((await ann.send('POST', path, { text: `nr ${nr}` })).body.id)
  assert.deepEqual(await walk(ann, path, 3), posted.toReversed())
  const { nextCursor } = (await ann.get(`${path}?limit=2`)).body
  assertRefused(await ann.get(`/api/feed?cursor=${nextCursor}`), 400, 'request.cursor_invalid')
})
