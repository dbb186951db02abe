import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'
import { drift } from '../../../test/support/counters.ts'
import { startEdge } from '../../../test/support/edge.ts'
import { assertRefused, PASSWORD } from '../../../test/support/person.ts'
import { insertPhotos, publishes } from '../../../test/support/photos.ts'
import { jpeg } from '../../../test/support/pictures.ts'

test('whoever deletes their account takes everything along, and nothing else', async (t) => {
  const edge = await startEdge(t)
  const app = await startApp(t, { MINIGRAM_EDGE_PURGE_TARGETS: edge.target })
  const [ann, bob, cat] = await app.people('ann', 'bob', 'cat')
  const { mediaDirectory } = app.services.config
  const photo = await publishes(app, ann)
  assert.equal((await ann.uploads('/api/accounts/me/avatar', await jpeg(), { method: 'PUT' })).status, 200)
  const keys = await app.rows<{ key: string }>(
    'select media_key as key from photos union select avatar_key from accounts where avatar_key is not null',
  )
  assert.equal(keys.length, 2)
  for (const { key } of keys) assert.ok(existsSync(join(mediaDirectory, key)))

  const [other = ''] = await insertPhotos(app, bob, 1)
  for (const [who, path] of [
    [ann, `/api/accounts/${bob.username}/follow`],
    [ann, `/api/accounts/${cat.username}/follow`],
    [bob, `/api/accounts/${ann.username}/follow`],
    [bob, `/api/accounts/${cat.username}/follow`],
    [ann, `/api/photos/${other}/like`],
    [ann, `/api/photos/${photo.id}/like`],
    [cat, `/api/photos/${other}/like`],
    [bob, `/api/photos/${photo.id}/like`],
  ] as const) {
    assert.equal((await who.send('PUT', path)).status, 200, path)
  }
  for (const [who, id] of [
    [ann, other],
    [ann, other],
    [cat, other],
    [bob, photo.id],
  ] as const) {
    assert.equal((await who.send('POST', `/api/photos/${id}/comments`, { text: 'Nice' })).status, 201)
  }
  assert.deepEqual(await drift(app), [])

  const answer = await ann.send('DELETE', '/api/accounts/me')
  assert.equal(answer.status, 204)
  assertRefused(await ann.get('/api/accounts/me'), 401, 'session.required')
  assertRefused(await ann.send('PUT', `/api/photos/${other}/like`), 401, 'session.required')
  assertRefused(await bob.get(`/api/accounts/${ann.username}`), 404, 'account.not_found')
  assertRefused(await bob.get(`/api/photos/${photo.id}`), 410, 'photo.gone')
  assert.equal((await bob.get(`/api/accounts/${bob.username}`)).body.followerCount, 0)
  assert.equal((await cat.get(`/api/accounts/${cat.username}`)).body.followerCount, 1)
  const left = (await bob.get(`/api/photos/${other}`)).body
  assert.deepEqual([left.likeCount, left.commentCount], [1, 1])
  assert.deepEqual(await drift(app), [])
  await app.runJobs()
  for (const { key } of keys) {
    assert.ok(!existsSync(join(mediaDirectory, key)))
    assert.ok(edge.purges.some((purge) => purge.includes(`media-${key}`)))
  }
  const again = await app.visitor().send('POST', '/api/accounts', { username: ann.username, password: PASSWORD })
  assert.equal(again.status, 201, 'the name is free again')
})

test('counters stay exact when accounts are deleted amid follows, likes and comments', async (t) => {
  const app = await startApp(t)
  const people = await app.people('a', 'b', 'c', 'd', 'e', 'f')
  const photos = (await Promise.all(people.map((person) => insertPhotos(app, person, 2)))).flat()
  const statuses = new Set<number>()
  async function busy(index: number): Promise<void> {
    for (let round = 0; round < 25; round += 1) {
      const person = people[index % people.length]
      const other = people[(index + round) % people.length]
      const photo = photos[(index * 5 + round) % photos.length]
      if (!person || !other || !photo) continue
      const answers = await Promise.all([
        person.send(round % 3 ? 'PUT' : 'DELETE', `/api/accounts/${other.username}/follow`),
        person.send(round % 2 ? 'PUT' : 'DELETE', `/api/photos/${photo}/like`),
        person.send('POST', `/api/photos/${photo}/comments`, { text: 'x' }),
      ])
      for (const answer of answers) statuses.add(answer.status)
    }
  }
  const crowd = people.map((_, index) => busy(index))
  const [first, second] = people
  const deletions = await Promise.all([
    first.send('DELETE', '/api/accounts/me'),
    second.send('DELETE', '/api/accounts/me'),
  ])
  assert.deepEqual(
    deletions.map(({ status }) => status),
    [204, 204],
  )
  await Promise.all(crowd)
  assert.deepEqual(
    [...statuses].filter((status) => status >= 500),
    [],
  )
  assert.deepEqual(await drift(app), [])
  assert.equal((await app.rows('select id from accounts')).length, 4)
})
