import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'
import { assertRefused } from '../../../test/support/person.ts'
import { insertPhotos, walk } from '../../../test/support/photos.ts'

test('a visitor cannot like a photo', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const [id] = await insertPhotos(app, ann, 1)
  assertRefused(await app.visitor().send('PUT', `/api/photos/${id}/like`), 401, 'session.required')
  assertRefused(await app.visitor().send('DELETE', `/api/photos/${id}/like`), 401, 'session.required')
})

test('liking and taking it back count once, however often they are sent', async (t) => {
  const app = await startApp(t)
  const [ann, bob] = await app.people('ann', 'bob')
  const [id] = await insertPhotos(app, ann, 1)
  const path = `/api/photos/${id}`
  for (const _ of [1, 2]) assert.deepEqual((await bob.send('PUT', `${path}/like`)).body, { liked: true, likeCount: 1 })
  assert.deepEqual((await ann.send('PUT', `${path}/like`)).body, { liked: true, likeCount: 2 })
  assert.deepEqual((await bob.get(path)).body.viewer, { liked: [id] })
  assert.deepEqual((await bob.get('/api/explore')).body.viewer, { liked: [id] })
  assert.deepEqual((await app.visitor().get(path)).body.viewer, { liked: [] })
  for (const _ of [1, 2])
    assert.deepEqual((await bob.send('DELETE', `${path}/like`)).body, { liked: false, likeCount: 1 })
  assert.deepEqual((await bob.get(path)).body.viewer, { liked: [] })
  assert.equal((await bob.get(path)).body.likeCount, 1)
})

test('a photo that does not exist cannot be liked', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const nobody = '01900000-0000-7000-8000-000000000000'
  assertRefused(await ann.send('PUT', `/api/photos/${nobody}/like`), 404, 'photo.not_found')
  assertRefused(await ann.send('DELETE', `/api/photos/${nobody}/like`), 404, 'photo.not_found')
  assertRefused(await ann.get(`/api/photos/${nobody}/likes`), 404, 'photo.not_found')
  assertRefused(await ann.send('PUT', '/api/photos/x/like'), 400, 'request.invalid')
})

test('who likes a photo is listed newest first, with whom the viewer follows', async (t) => {
  const app = await startApp(t)
  const people = await app.people('ann', 'bob', 'cem', 'dee', 'eli')
  const [ann, bob, cem] = people
  const [id] = await insertPhotos(app, ann, 1)
  for (const person of people) await person.send('PUT', `/api/photos/${id}/like`)
  // Two at the same instant: the position must tell them apart.
  await app.rows(`update likes set created_at = date_trunc('second', created_at)`)
  assert.equal((await bob.send('PUT', `/api/accounts/${cem.username}/follow`)).status, 200)
  const path = `/api/photos/${id}/likes`
  const names = await walk(bob, path, 2)
  assert.deepEqual(names.toSorted(), people.map((person) => person.username).toSorted())
  assert.deepEqual((await bob.get(path)).body.viewer, { follows: [cem.username] })
  assert.deepEqual((await app.visitor().get(path)).body.viewer, { follows: [] })
  const comments = `/api/photos/${id}/comments`
  const { nextCursor } = (await ann.get(`${path}?limit=1`)).body
  assertRefused(await ann.get(`${comments}?cursor=${nextCursor}`), 400, 'request.cursor_invalid')
  const impossible = Buffer.from(JSON.stringify(['likes', '2024-99-99T99:99:99.0Z', id])).toString('base64url')
  assertRefused(await ann.get(`${path}?cursor=${impossible}`), 400, 'request.invalid')
})

test('counters equal lists after many people did everything at once', async (t) => {
  const app = await startApp(t)
  const people = await app.people('ann', 'bob', 'cem', 'dee', 'eli')
  const [id] = await insertPhotos(app, people[0], 1)
  const path = `/api/photos/${id}`
  const calls = people.flatMap((person, index) => [
    ...Array.from({ length: 6 }, (_, turn) => person.send(turn % 2 ? 'DELETE' : 'PUT', `${path}/like`)),
    ...Array.from({ length: 4 }, () => person.send('POST', `${path}/comments`, { text: `from ${index}` })),
  ])
  for (const answer of await Promise.all(calls)) assert.ok(answer.status < 300, JSON.stringify(answer.body))
  const posted = await walk(people[0], `${path}/comments`, 50)
  assert.equal(posted.length, 20)
  await Promise.all([
    ...posted.slice(0, 10).map((comment) => people[0].send('DELETE', `/api/comments/${comment}`)),
    ...posted.slice(0, 10).map((comment) => people[0].send('DELETE', `/api/comments/${comment}`)),
    ...people.map((person) => person.send('PUT', `${path}/like`)),
  ])
  const photo = (await people[0].get(path)).body
  assert.equal(photo.commentCount, 10)
  assert.equal((await walk(people[0], `${path}/comments`, 50)).length, 10)
  assert.equal(photo.likeCount, 5)
  assert.equal((await walk(people[0], `${path}/likes`, 50)).length, 5)
})
