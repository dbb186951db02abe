import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import type { Person } from '../../../test/support/person.ts'
import { insertPhotos } from '../../../test/support/photos.ts'
import { addressesOf, startReplicated, until } from '../../../test/support/replicas.ts'
import { enqueue } from '../../platform/jobs.ts'
import { createCounterJobs } from './counters.jobs.ts'

async function drifts(app: TestApp): Promise<Record<string, number>> {
  const { values = [] } = (await app.services.metrics.registry.getSingleMetric('counter_drift')?.get()) ?? {}
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels['counter']), value]))
}

test('counters that drifted are measured and repaired, and people see it', async (t) => {
  const app = await startApp(t)
  const [ann, bob] = await app.people('ann', 'bob')
  const [photo = ''] = await insertPhotos(app, ann, 3)
  await bob.send('PUT', `/api/photos/${photo}/like`)
  await bob.send('POST', `/api/photos/${photo}/comments`, { text: 'nice' })
  await bob.send('PUT', `/api/accounts/${ann.username}/follow`)
  const seen = async () => {
    const card = (await bob.get(`/api/photos/${photo}`)).body
    const { followerCount, followingCount, photoCount } = (await bob.get(`/api/accounts/${ann.username}`)).body
    return [card.likeCount, card.commentCount, followerCount, followingCount, photoCount]
  }
  assert.deepEqual(await seen(), [1, 1, 1, 0, 3])

  await app.rows('update photos set like_count = 5, comment_count = 0 where id = $1', [photo])
  await app.rows('update accounts set follower_count = 11, following_count = 2, photo_count = 0 where username = $1', [
    ann.username,
  ])
  await app.services.db.writeUnowned((trx) => enqueue(trx, 'counters.reconcile', {}))
  await app.runJobs()
  assert.deepEqual(await seen(), [1, 1, 1, 0, 3])
  assert.deepEqual(await drifts(app), { likes: 4, comments: 1, followers: 10, following: 2, photos: 3 })

  await app.services.db.writeUnowned((trx) => enqueue(trx, 'counters.reconcile', {}))
  await app.runJobs()
  assert.deepEqual(await drifts(app), { likes: 0, comments: 0, followers: 0, following: 0, photos: 0 })
})

test('a pass over many rows makes room for other jobs and goes on where it was', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const photos = await insertPhotos(app, ann, 130)
  await app.rows('update photos set like_count = 1 where id = any($1)', [[photos[0], photos[129]]])
  const { db, metrics, log } = app.services
  const handlers = createCounterJobs({ db, metrics, batch: 5 })
  let payload: unknown = {}
  for (let runs = 1; ; runs += 1) {
    await handlers['counters.reconcile']?.(payload, { log, attempt: 1, lastAttempt: false })
    const [job] = await app.rows<{ payload: unknown }>(
      `delete from graphile_worker._private_jobs where key = 'counters.reconcile' returning payload`,
    )
    if (!job) {
      assert.equal(runs, 2)
      break
    }
    payload = job.payload
  }
  assert.equal((await drifts(app))['likes'], 2)
  assert.deepEqual(await app.rows('select id from photos where like_count <> 0'), [])
})

test('counting while people like, comment and follow breaks nothing', async (t) => {
  const app = await startApp(t)
  const people = await app.people('ann', 'bob', 'cem', 'dia')
  const [ann] = people
  const [photo = ''] = await insertPhotos(app, ann, 1)
  const { db, metrics, log } = app.services
  const handlers = createCounterJobs({ db, metrics })
  await app.rows('update photos set like_count = 3')
  let isDone = false
  const counting = (async () => {
    while (!isDone) await handlers['counters.reconcile']?.({}, { log, attempt: 1, lastAttempt: false })
  })()
  await Promise.all(
    people.map(async (person, index) => {
      for (let round = 0; round < 8; round += 1) {
        await person.send((round + index) % 2 ? 'PUT' : 'DELETE', `/api/photos/${photo}/like`)
        await person.send(
          (round + index) % 3 ? 'PUT' : 'DELETE',
          `/api/accounts/${people[(index + 1) % 4]?.username}/follow`,
        )
        await person.send('POST', `/api/photos/${photo}/comments`, { text: 'x' })
      }
    }),
  )
  isDone = true
  await counting
  await handlers['counters.reconcile']?.({}, { log, attempt: 1, lastAttempt: false })
  assert.deepEqual(await drifts(app), { likes: 0, comments: 0, followers: 0, following: 0, photos: 0 })
})

test('counters equal their lists after the database died amid likes, comments and follows', async (t) => {
  const [node = assert.fail()] = await startReplicated(t, [])
  const app = await startApp(t, {
    MINIGRAM_POSTGRES_NODES: addressesOf([node]),
    MINIGRAM_LIMIT_WRITES_PER_MINUTE: '1000000',
  })
  const people = await app.people('ann', 'bob', 'cem', 'dia')
  const [photo = ''] = await insertPhotos(app, people[0], 1)
  let isDone = false
  let done = 0
  const refused = new Set<number>()
  const live = async (person: Person, index: number) => {
    const whom = people[(index + 1) % people.length]?.username
    for (let round = index; !isDone; round += 1) {
      const answers = await Promise.all([
        person.send(round % 2 ? 'PUT' : 'DELETE', `/api/photos/${photo}/like`),
        person.send(round % 3 ? 'PUT' : 'DELETE', `/api/accounts/${whom}/follow`),
        person.send('POST', `/api/photos/${photo}/comments`, { text: 'x' }),
      ])
      for (const { status } of answers)
        if (status < 300) done += 1
        else refused.add(status)
    }
  }
  const living = people.map(live)
  await until('they are at it', 30_000, () => done > 60)
  await node.kill()
  const doneBefore = done
  node.start()
  await until('they go on', 30_000, () => done > doneBefore + 60)
  isDone = true
  await Promise.all(living)
  assert.deepEqual([...refused], [503], 'they were told to come back')
  assert.deepEqual(
    await app.rows(`select id::text from photos where like_count <> (select count(*) from likes where photo_id = photos.id)
        or comment_count <> (select count(*) from comments where photo_id = photos.id)
      union all select id::text from accounts where follower_count <> (select count(*) from follows where followee_id = accounts.id)
        or following_count <> (select count(*) from follows where follower_id = accounts.id)`),
    [],
  )
})
