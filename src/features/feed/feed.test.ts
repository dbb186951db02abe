import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'
import { assertRefused } from '../../../test/support/person.ts'
import { insertPhotos, publishes, walk } from '../../../test/support/photos.ts'
import type { PhotoCard } from '../../contract/photos.ts'
import { fill } from './feed.service.ts'

/** Of a token: the account's 16 bytes as base64. */
const ACCOUNT_CHARS = 22

test('a visitor has no feed', async (t) => {
  const app = await startApp(t)
  assertRefused(await app.visitor().get('/api/feed'), 401, 'session.required')
})

test('a token that names an account without being its own opens nothing', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  await publishes(app, ann)
  assert.equal((await ann.get('/api/feed')).body.items.length, 1)
  const forger = app.visitor()
  forger.token = ann.token.slice(0, ACCOUNT_CHARS).padEnd(ann.token.length, 'A')
  assertRefused(await forger.get('/api/feed'), 401, 'session.required')
})

test('a feed holds one’s own photos and those of people one follows, newest first', async (t) => {
  const app = await startApp(t)
  const [ann, bob, cem] = await app.people('ann', 'bob', 'cem')
  await ann.send('PUT', `/api/accounts/${bob.username}/follow`)
  const one = await publishes(app, bob, 'from bob')
  const two = await publishes(app, ann, 'from ann')
  await publishes(app, cem, 'from a stranger')
  await ann.send('PUT', `/api/photos/${one.id}/like`)
  const feed = (await ann.get('/api/feed')).body
  assert.deepEqual(
    feed.items.map((card: PhotoCard) => [card.id, card.status, card.likeCount]),
    [
      [two.id, 'ready', 0],
      [one.id, 'ready', 1],
    ],
  )
  assert.deepEqual(feed.viewer, { liked: [one.id] })
  await ann.send('DELETE', `/api/accounts/${bob.username}/follow`)
  assert.deepEqual(await walk(ann, '/api/feed', 5), [two.id])
})

test('a feed is complete and without duplicates at every page size', async (t) => {
  const app = await startApp(t)
  const [ann, bob, cem] = await app.people('ann', 'bob', 'cem')
  for (const person of [bob, cem]) await ann.send('PUT', `/api/accounts/${person.username}/follow`)
  const ids: string[] = []
  for (const person of [ann, bob, cem, bob, ann]) ids.push(...(await insertPhotos(app, person, 5)))
  const expected = ids.toSorted().toReversed()
  for (const limit of [1, 4, 25, 50]) assert.deepEqual(await walk(ann, '/api/feed', limit), expected)
})

test('what is not ready is in its author’s feed alone, and pages are full nevertheless', async (t) => {
  const app = await startApp(t)
  const [ann, bob] = await app.people('ann', 'bob')
  await ann.send('PUT', `/api/accounts/${bob.username}/follow`)
  const ready = await insertPhotos(app, bob, 4)
  const unready = await insertPhotos(app, bob, 9, 'processing')
  const page = (await ann.get('/api/feed?limit=3')).body
  assert.equal(page.items.length, 3)
  assert.deepEqual(await walk(ann, '/api/feed', 3), ready.toReversed())
  assert.deepEqual(await walk(bob, '/api/feed', 3), [...ready, ...unready].toSorted().toReversed())
})

test('a page that drops everything again and again is answered short, with a way on', async () => {
  const all = Array.from({ length: 100 }, (_, index) => String(999 - index))
  const asked: (string | null)[] = []
  const page = await fill(
    { before: null, limit: 4 },
    {
      ids: (before, limit) => {
        asked.push(before)
        const start = before === null ? 0 : all.indexOf(before) + 1
        return Promise.resolve(all.slice(start, start + limit))
      },
      // Only its id is looked at.
      load: (ids) => Promise.resolve(ids.map((id) => ({ id }) as PhotoCard)),
      isVisible: ({ id }) => Number(id) < 940,
    },
  )
  assert.deepEqual(page, { cards: [], position: '945' })
  assert.equal(asked.length, 11)
})
