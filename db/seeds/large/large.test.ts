import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import pg from 'pg'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import { renditionsOf } from '../../../src/contract/picture-sources.ts'
import type { Phase } from '../seed.ts'
import { SEED_PASSWORD } from '../write-people.ts'
import { seedLarge } from './large.ts'

const phase: Phase = (_name, work) => work(() => undefined)

async function seeded(
  t: TestContext,
  app: TestApp,
  options: { scale?: number; phase?: Phase; signal?: AbortSignal } = {},
) {
  const { config, log } = app.services
  const [{ host, port } = { host: '', port: 0 }] = config.postgresNodes
  const client = new pg.Client({ host, port, user: 'minigram_user', password: 'test', database: app.database })
  await client.connect()
  try {
    return await seedLarge({
      phase,
      scale: 0.002,
      pictures: 2,
      signal: t.signal,
      log,
      client,
      ...config,
      feedPushMaxFollowers: 50,
      ...options,
    })
  } finally {
    await client.end()
  }
}

const wrongCounters = (app: TestApp) =>
  app.rows(`select id::text from photos where like_count <> (select count(*) from likes where photo_id = photos.id)
      or comment_count <> (select count(*) from comments where photo_id = photos.id)
    union all select id::text from accounts where follower_count <> (select count(*) from follows where followee_id = accounts.id)
      or following_count <> (select count(*) from follows where follower_id = accounts.id)
      or photo_count <> (select count(*) from photos where account_id = accounts.id)`)

test('a large set has the shape of a real network, its counters in order, and pages that work', async (t) => {
  const app = await startApp(t)
  const { added } = await seeded(t, app)
  assert.deepEqual([added.people, added.photos], [200, 2_000])
  assert.deepEqual(await wrongCounters(app), [])
  const [shape] = await app.rows<Record<string, number>>(`select
      (select count(*) from follows) as follows, (select max(follower_count) from accounts) as most_followed,
      (select percentile_disc(0.5) within group (order by follower_count) from accounts) as usually_followed,
      (select count(*) from likes) as likes, (select max(like_count) from photos) as most_liked, (select count(*) from comments) as comments,
      (select count(*) from pulled_accounts) as pulled, (select count(*) from photos where created_at > now()) as future,
      (select count(*) from photos join accounts on accounts.id = account_id where photos.created_at < accounts.created_at) as before_author`)
  assert.ok(shape)
  assert.deepEqual([shape['follows'], shape['likes'], shape['comments']], [added.follows, added.likes, added.comments])
  assert.ok(added.follows > 200 * 15 && added.follows < 200 * 25, `${added.follows} follows`)
  assert.ok(Number(shape['most_followed']) > 3 * Number(shape['usually_followed']), JSON.stringify(shape))
  assert.ok(added.likes > 2_000 && Number(shape['most_liked']) > 10, JSON.stringify(shape))
  assert.ok(Number(shape['pulled']) > 0)
  assert.deepEqual([shape['future'], shape['before_author']], [0, 0])

  const person = app.visitor()
  const signedIn = await person.send('POST', '/api/sessions', { username: 'large_7', password: SEED_PASSWORD })
  assert.equal(signedIn.status, 201, JSON.stringify(signedIn.body))
  person.token = signedIn.body.token
  const { items } = (await person.get('/api/feed')).body
  assert.equal(items.length, 20)
  for (const card of items)
    for (const { path } of renditionsOf(card))
      assert.ok(existsSync(join(app.services.config.mediaDirectory, path.replace('/media/', ''))), path)
  assert.ok(readdirSync(app.services.config.mediaDirectory).length < 60, 'few directories')
})

test('an interrupted large set is completed by the next run, and a complete one is left alone', async (t) => {
  const app = await startApp(t)
  const interruption = new AbortController()
  const stopping: Phase = (name, work) => {
    if (name === 'follows') interruption.abort(new Error('interrupted'))
    return work(() => undefined)
  }
  await assert.rejects(seeded(t, app, { phase: stopping, signal: interruption.signal }), /interrupted/)
  assert.deepEqual(await wrongCounters(app), [])
  const rest = (await seeded(t, app)).added
  assert.deepEqual([rest.people, rest.photos], [0, 0])
  assert.ok(rest.follows > 0)
  assert.deepEqual(await wrongCounters(app), [])
  assert.deepEqual(new Set(Object.values((await seeded(t, app)).added)), new Set([0]))
  await assert.rejects(seeded(t, app, { scale: 0.003 }), /another scale/)
})

test('a photo of the large set dies without taking the picture from the others', async (t) => {
  const app = await startApp(t)
  await seeded(t, app)
  const person = app.visitor()
  const { body } = await person.send('POST', '/api/sessions', { username: 'large_0', password: SEED_PASSWORD })
  person.token = body.token
  const own = await app.rows<{ id: string; media_key: string }>(
    `select id, media_key from photos where account_id = (select id from accounts where username = 'large_0')`,
  )
  const [photo] = own
  assert.ok(photo)
  const file = join(app.services.config.mediaDirectory, photo.media_key, '320.jpg')
  assert.equal((await person.send('DELETE', `/api/photos/${photo.id}`)).status, 204)
  await app.runJobs()
  assert.ok(existsSync(file), 'others show it')
  await app.rows('delete from all_photos where media_key = $1 and id <> $2', [photo.media_key, own[1]?.id])
  await app.rows('update all_photos set media_key = $1 where id = $2', [photo.media_key, own[1]?.id])
  assert.equal((await person.send('DELETE', `/api/photos/${own[1]?.id}`)).status, 204)
  await app.runJobs()
  assert.equal(existsSync(file), false, 'the last one takes it along')
})
