import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import type { Person } from '../../../test/support/person.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { insertPhotos, walk } from '../../../test/support/photos.ts'
import { queriesOf } from '../../../test/support/queries.ts'
import { newId, newMediaKey } from '../../platform/ids.ts'
import { touchPhotos } from '../photos/photo-cards.service.ts'
import { addToPhotoCount } from '../photos/photos.queries.ts'
import { createFeedLists } from './feed-lists.ts'
import { createFeedUpdates } from './feed-updates.service.ts'

/** Signed-up people with their ids, and what `photos.publish` and `photo.render` do to feeds, without pictures. */
async function startFeeds(t: TestContext, names: readonly string[], environment: Record<string, string> = {}) {
  const app = await startApp(t, {
    MINIGRAM_LIMIT_READS_PER_MINUTE: '1000000',
    MINIGRAM_LIMIT_WRITES_PER_MINUTE: '1000000',
    ...environment,
  })
  const people = await app.people(...names)
  const rows = await app.rows<{ id: string; username: string }>('select id, username from accounts')
  const idOf = (person: Person) => rows.find(({ username }) => username === person.username)?.id ?? assert.fail()
  const { db, redisMain, log } = app.services
  const feeds = createFeedUpdates({ lists: createFeedLists(redisMain, log) })
  async function publish(person: Person, status: 'ready' | 'processing' = 'ready'): Promise<string> {
    const [id, accountId] = [newId(), idOf(person)]
    await db.write(accountId, async (trx, after) => {
      touchPhotos(after, accountId, [id])
      feeds.published(after, accountId, id)
      if (status === 'ready') await feeds.settled(trx, accountId, id, 'ready')
      const photo = {
        id,
        account_id: accountId,
        media_key: newMediaKey(),
        width: 4,
        height: 3,
        thumbhash: 'AAAA',
        status,
      }
      await trx.insertInto('photos').values(photo).execute()
      await addToPhotoCount(trx, accountId, 1)
    })
    return id
  }
  const follow = (one: Person, other: Person, follows = true) =>
    one.send(follows ? 'PUT' : 'DELETE', `/api/accounts/${other.username}/follow`)
  return { app, people, idOf, publish, follow }
}

/** Two followers make an account popular. */
const POPULAR_FROM_TWO = { MINIGRAM_FEED_PUSH_MAX_FOLLOWERS: '1' }

/** What the feed is by definition. */
async function feedByTables(app: TestApp, accountId: string): Promise<string[]> {
  const rows = await app.rows<{ id: string }>(
    `select id from photos where account_id = $1
       or status = 'ready' and account_id in (select followee_id from follows where follower_id = $1)
     order by id desc`,
    [accountId],
  )
  return rows.map(({ id }) => id)
}

const step = fc.record({
  type: fc.constantFrom(
    'publish',
    'publish',
    'publish',
    'process',
    'delete',
    'follow',
    'follow',
    'unfollow',
    'read',
    'read',
  ),
  who: fc.nat(4),
  whom: fc.nat(4),
  limit: fc.integer({ min: 1, max: 9 }),
})

test('pushed, merged or built again, a feed is what the tables say', async (t) => {
  const { app, people, idOf, publish, follow } = await startFeeds(t, ['a', 'b', 'c', 'd', 'e'], POPULAR_FROM_TWO)
  const at = (index: number) => people[index] ?? assert.fail()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
      for (const { type, who, whom, limit } of steps) {
        const [one, other] = [at(who), at(whom)]
        if (type === 'publish' || type === 'process') {
          const id = await publish(one, type === 'publish' ? 'ready' : 'processing')
          assert.equal((await walk(one, '/api/feed', limit))[0], id, 'the author sees it at once')
        } else if (type === 'delete') {
          const [own] = await app.rows<{ id: string }>(
            'select id from photos where account_id = $1 order by random()',
            [idOf(one)],
          )
          if (own) assert.equal((await one.send('DELETE', `/api/photos/${own.id}`)).status, 204)
        } else if (type === 'read') await walk(one, '/api/feed', limit)
        else if (who !== whom) {
          await follow(one, other, type === 'follow')
          await app.runJobs()
          assert.deepEqual(
            await walk(one, '/api/feed', limit),
            await feedByTables(app, idOf(one)),
            'at once after a follow',
          )
        }
      }
      await app.runJobs()
      for (const person of people)
        assert.deepEqual(await walk(person, '/api/feed', 7), await feedByTables(app, idOf(person)))
    }),
    { numRuns: process.env['MINIGRAM_TEST_FULL'] ? 40 : 4, endOnFailure: true, interruptAfterTimeLimit: 90_000 },
  )
})

test('a warm page asks the database nothing, and says how it came about', async (t) => {
  const { app, people, publish, follow } = await startFeeds(t, ['ann', 'bob'])
  const [ann, bob] = [people[0] ?? assert.fail(), people[1] ?? assert.fail()]
  await follow(ann, bob)
  const [before = ''] = await insertPhotos(app, bob, 1)
  const first = (await ann.get('/api/feed/explain')).body
  assert.deepEqual([first.isHit, first.items], [false, [{ id: before, by: 'rebuilt', card: 'database' }]])
  const pushed = await publish(bob)
  await app.runJobs()
  // With no replica and others who write meanwhile, what the primary answers is kept from the second time on.
  await eventually('the page is warm', 10_000, async () => (await ann.get('/api/feed/explain')).body.isHit || null)
  const asked = await queriesOf(app)
  const warm = (await ann.get('/api/feed/explain')).body
  assert.deepEqual(
    [warm.isHit, warm.items.map((item: { id: string; by: string }) => [item.id, item.by])],
    [
      true,
      [
        [pushed, 'push'],
        [before, 'push'],
      ],
    ],
  )
  assert.equal(await queriesOf(app), asked)
  assert.ok(Object.values(warm.stepsMs).every((ms) => Number(ms) >= 0))
})

test('a page asks as many questions for one who follows hundreds as for one who follows two', async (t) => {
  const { app, people, idOf } = await startFeeds(t, ['few', 'many'])
  const asked = []
  for (const [at, count] of [2, 300].entries()) {
    const person = people[at] ?? assert.fail()
    // Of their own for each, so that no cache has them; every other one merged at read.
    await app.rows(
      `with author as (
         insert into accounts (id, username, password_hash) select gen_random_uuid(), 'author' || $2 || '_' || n, '' from generate_series(1, $2) n
         returning id, username),
       pulled as (insert into pulled_accounts (account_id, is_announced) select id, true from author where username like '%1' or username like '%5'),
       follow as (insert into follows (follower_id, followee_id) select $1, id from author)
       insert into photos (id, account_id, media_key, width, height, thumbhash, status)
       select gen_random_uuid(), id, md5(id::text), 4, 3, 'AAAA', 'ready' from author, generate_series(1, 20)`,
      [idOf(person), count],
    )
    const before = await queriesOf(app)
    const { items } = (await person.get('/api/feed?limit=20')).body
    asked.push((await queriesOf(app)) - before)
    assert.equal(items.length, 20)
    const warm = await queriesOf(app)
    await person.get('/api/feed?limit=20')
    assert.equal(await queriesOf(app), warm)
  }
  const [few = 0, many] = asked
  assert.equal(many, few)
  assert.ok(few < 10, `${few} queries`)
})

test('photos of an account with very many followers are merged, not pushed, and nobody misses one', async (t) => {
  const { app, people, idOf, publish, follow } = await startFeeds(t, ['fan', 'star', 'late'])
  const [fan, star, late] = [people[0] ?? assert.fail(), people[1] ?? assert.fail(), people[2] ?? assert.fail()]
  await follow(fan, star)
  await walk(fan, '/api/feed', 20)
  await addFollowers(app, idOf(star), 2_500)
  const crossing = await publish(star)
  await app.runJobs()
  assert.deepEqual(await walk(fan, '/api/feed', 20), [crossing])
  const deliveries = await metricOf(app, 'feed_deliveries_total')
  const merged = await publish(star)
  assert.deepEqual(await walk(fan, '/api/feed', 20), [merged, crossing], 'without any job')
  await app.runJobs()
  assert.equal(await metricOf(app, 'feed_deliveries_total'), deliveries)
  const [newest] = (await fan.get('/api/feed/explain')).body.items
  assert.deepEqual([newest.id, newest.by], [merged, 'pull'])
  await follow(late, star)
  assert.deepEqual(await walk(late, '/api/feed', 20), [merged, crossing])
  const gone = await star.send('DELETE', `/api/photos/${merged}`)
  assert.equal(gone.status, 204, JSON.stringify(gone.body))
  assert.deepEqual(await walk(fan, '/api/feed', 20), [crossing])
})

test('a fan-out makes room for other jobs and goes on where it was', async (t) => {
  const { app, people, idOf, publish, follow } = await startFeeds(t, ['ann', 'bob'], {
    MINIGRAM_FEED_PUSH_MAX_FOLLOWERS: '100000',
  })
  const [ann, bob] = [people[0] ?? assert.fail(), people[1] ?? assert.fail()]
  await follow(ann, bob)
  await walk(ann, '/api/feed', 20)
  // Newer followers come first: ann is beyond what one run reaches.
  await addFollowers(app, idOf(bob), 5_100)
  const photo = await publish(bob)
  await app.runJobs()
  assert.equal((await ann.get('/api/feed/explain')).body.items[0].by, 'push')
  assert.deepEqual(await walk(ann, '/api/feed', 20), [photo])
})

test('a list goes on in the tables where it ends', async (t) => {
  const { app, people, idOf, follow } = await startFeeds(t, ['ann', 'bob'])
  const [ann, bob] = [people[0] ?? assert.fail(), people[1] ?? assert.fail()]
  await insertPhotos(app, bob, 530)
  await follow(ann, bob)
  assert.deepEqual(await walk(ann, '/api/feed', 50), await feedByTables(app, idOf(ann)))
  assert.equal(await app.services.redisMain.client.zcard(`feed-ids:${idOf(ann)}`), 500)
})

test('after a follow the list is not built again: what there is joins it, however far it reaches', async (t) => {
  const { app, people, idOf, publish, follow } = await startFeeds(t, ['ann', 'bob', 'cem', 'star'])
  const [ann = assert.fail(), bob = assert.fail(), cem = assert.fail(), star = assert.fail()] = people
  await insertPhotos(app, cem, 3)
  await insertPhotos(app, bob, 530)
  const newest = await publish(cem)
  await app.rows('insert into pulled_accounts (account_id, is_announced) values ($1, true)', [idOf(star)])
  const merged = await publish(star)
  await app.runJobs()
  await follow(ann, bob)
  await walk(ann, '/api/feed', 20)
  const built = await app.services.redisMain.client.hget(`feed:${idOf(ann)}`, 'b')
  await follow(ann, cem)
  await follow(ann, star)
  const explained = (await ann.get('/api/feed/explain')).body
  assert.deepEqual(
    [explained.isHit, explained.items.slice(0, 3).map(({ by }: { by: string }) => by)],
    [false, ['pull', 'push', 'push']],
  )
  assert.deepEqual((await walk(ann, '/api/feed', 50)).slice(0, 2), [merged, newest])
  assert.deepEqual(await walk(ann, '/api/feed', 50), await feedByTables(app, idOf(ann)))
  assert.equal(await app.services.redisMain.client.hget(`feed:${idOf(ann)}`, 'b'), built)
})

test('a follow that is heard of too late, or while the list is built, has it built again', async (t) => {
  const { app, people, idOf } = await startFeeds(t, ['ann', 'bob'])
  const [ann = assert.fail(), bob = assert.fail()] = people
  const { redisMain, log } = app.services
  const lists = createFeedLists(redisMain, log)
  const exists = () => redisMain.client.exists(`feed:${idOf(ann)}`)
  const at = (low: number) => `00000001:${low.toString(16).padStart(16, '0')}`
  await walk(ann, '/api/feed', 20)
  await lists.forget([idOf(ann)], at(2))
  await walk(ann, '/api/feed', 20)
  assert.equal(await exists(), 1)
  await lists.follow(idOf(ann), idOf(bob), at(1))
  assert.equal(await exists(), 0)

  const build = (await lists.begin(idOf(ann))) ?? assert.fail()
  await lists.follow(idOf(ann), idOf(bob), at(3))
  await lists.finish(idOf(ann), build.token, { ids: [], isEnd: true, pulled: [] })
  assert.equal(await exists(), 0)
})

test('a list of another life of the server is not believed', async (t) => {
  const { app, people, idOf, publish } = await startFeeds(t, ['ann'])
  const [ann] = [people[0] ?? assert.fail()]
  const photo = await publish(ann)
  const { client } = app.services.redisMain
  await client.hset(`feed:${idOf(ann)}`, { e: 'another life', b: '1', p: '' })
  await client.zadd(`feed-ids:${idOf(ann)}`, 0, '!')
  assert.deepEqual(await walk(ann, '/api/feed', 20), [photo])
})

test('the head keeps a first page until the ids change, and for a minute', async (t) => {
  const { app, people, idOf, publish, follow } = await startFeeds(t, ['ann', 'bob'])
  const [ann = assert.fail(), bob = assert.fail()] = people
  const { client } = app.services.redisMain
  const [head, ids] = [`feed:${idOf(ann)}`, `feed-ids:${idOf(ann)}`]
  const kept = async () => (await client.hget(head, 'f'))?.split(' ').slice(1)
  await follow(ann, bob)
  const photo = await publish(bob)
  await app.runJobs()
  await ann.get('/api/feed?limit=20')
  await ann.get('/api/feed?limit=20')
  assert.deepEqual(await kept(), ['21', `${photo},!`])
  for (const change of [() => publish(bob), () => bob.send('DELETE', `/api/photos/${photo}`)]) {
    await change()
    await app.runJobs()
    assert.equal(await kept(), undefined)
    assert.deepEqual(await walk(ann, '/api/feed', 20), await feedByTables(app, idOf(ann)))
  }
  const whole = await walk(ann, '/api/feed', 20)
  await client.zrem(ids, whole)
  assert.deepEqual(await walk(ann, '/api/feed', 20), whole)
  await client.hset(head, 'f', `${Math.floor(Date.now() / 1_000) - 60} 21 ${whole.join()},!`)
  assert.deepEqual(await walk(ann, '/api/feed', 20), [])
})

test('a list that missed something is right an hour later', async (t) => {
  const { app, people, idOf, publish } = await startFeeds(t, ['ann'])
  const [ann] = [people[0] ?? assert.fail()]
  const photo = await publish(ann)
  await walk(ann, '/api/feed', 20)
  const { client } = app.services.redisMain
  await client.zrem(`feed-ids:${idOf(ann)}`, photo)
  await client.hdel(`feed:${idOf(ann)}`, 'f')
  assert.deepEqual(await walk(ann, '/api/feed', 20), [])
  await client.hincrby(`feed:${idOf(ann)}`, 'b', -3_601)
  await walk(ann, '/api/feed', 20)
  await eventually('the list is built again', 5_000, async () =>
    (await walk(ann, '/api/feed', 20)).includes(photo) ? true : null,
  )
})

/** Newer followers than any so far. */
async function addFollowers(app: TestApp, accountId: string, count: number): Promise<void> {
  await app.rows(
    `with fan as (
       insert into accounts (id, username, password_hash) select gen_random_uuid(), 'fan' || n, '' from generate_series(1, ${count}) n
       returning id)
     insert into follows (follower_id, followee_id, created_at) select id, $1, now() + interval '1 second' from fan`,
    [accountId],
  )
  await app.rows('update accounts set follower_count = follower_count + $2 where id = $1', [accountId, count])
}

async function metricOf(app: TestApp, name: string): Promise<number> {
  const { values = [] } = (await app.services.metrics.registry.getSingleMetric(name)?.get()) ?? {}
  return values.reduce((sum, { value }) => sum + value, 0)
}
