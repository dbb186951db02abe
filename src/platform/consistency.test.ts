import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { startApp, type TestApp } from '../../test/support/app.ts'
import { createPerson, type Answer } from '../../test/support/person.ts'
import { insertPhotos } from '../../test/support/photos.ts'
import { queriesOf } from '../../test/support/queries.ts'
import { startOwnRedis, until, type OwnRedis } from '../../test/support/replicas.ts'
import { entryKey } from './cache-scripts.ts'
import { createLog } from './log.ts'
import { closeRedis, connectRedis } from './redis.ts'

/** Longer than what was touched waits to be read again. */
const READ_AGAIN_MS = 600
const NO_LIMITS = { MINIGRAM_LIMIT_READS_PER_MINUTE: '1000000', MINIGRAM_LIMIT_WRITES_PER_MINUTE: '1000000' }

/** The most connections that were in use at once while `work` ran. */
async function mostConnections(app: TestApp, work: () => Promise<unknown>): Promise<number> {
  const pools = app.services.postgres.nodes.map(({ pool }) => pool)
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, ...pools.map((pool) => pool.totalCount - pool.idleCount))
  }, 1)
  await work()
  clearInterval(timer)
  return most
}

test('with redis-cache killed or frozen, no request fails and the database is not overrun', async (t) => {
  const killed = await startOwnRedis(t)
  const frozen = await startOwnRedis(t)
  // Both at once: each waits for eleven seconds.
  await Promise.all([
    withoutCache(killed, () => killed.kill()),
    withoutCache(frozen, async () => void frozen.process.kill('SIGSTOP')),
  ])

  async function withoutCache(redis: OwnRedis, end: () => Promise<void>) {
    const app = await startApp(t, { ...NO_LIMITS, MINIGRAM_REDIS_CACHE: `127.0.0.1:${redis.port}` })
    const [ann] = await app.people('ann')
    const photos = await insertPhotos(app, ann, 40)
    const visitor = app.visitor()
    const answers: Promise<Answer>[] = []
    const ask = () => {
      for (const id of photos) answers.push(visitor.get(`/api/photos/${id}`))
      answers.push(visitor.get(`/api/accounts/${ann.username}/photos`), visitor.get('/api/explore'))
    }
    const most = await mostConnections(app, async () => {
      for (let round = 0; round < 8; round += 1) {
        ask()
        if (round === 3) await end()
        await new Promise((resolve) => setTimeout(resolve, 25))
      }
      // Memory has let go of everything by itself; now nothing but the database is left.
      await new Promise((resolve) => setTimeout(resolve, 10_500))
      ask()
      await Promise.all(answers)
    })
    const statuses = new Set((await Promise.all(answers)).map(({ status }) => status))
    assert.deepEqual([...statuses], [200])
    // Four loads, and what a look for the reason of an absence or a page beyond the cache needs.
    assert.ok(most <= 5, `${most} connections at once`)
    // Writing goes on, and is seen at once.
    assert.equal((await ann.send('PATCH', '/api/accounts/me', { bio: 'still here' })).status, 200)
    assert.equal((await ann.get(`/api/accounts/${ann.username}`)).body.bio, 'still here')
  }
})

test('who wrote where redis-cache could not be told sees it everywhere all the same', async (t) => {
  const cache = await startOwnRedis(t)
  const one = await startApp(t, { ...NO_LIMITS, MINIGRAM_REDIS_CACHE: `127.0.0.1:${cache.port}` })
  const cut = { MINIGRAM_REDIS_CACHE: '127.0.0.1:1', MINIGRAM_POSTGRES_DATABASE: one.database }
  const other = await startApp(t, { ...NO_LIMITS, ...cut, MINIGRAM_INSTANCE: 'app2' })
  const [ann] = await one.people('ann')
  const page = `/api/accounts/${ann.username}`
  const writer = Object.assign(createPerson(other.origin), { token: ann.token })
  await until('redis-cache answers', 5_000, async () => {
    await one.visitor().get(page)
    return (await ann.get(page)).status === 200
  })
  for (const bio of ['first', 'second', 'third']) {
    assert.equal((await writer.send('PATCH', '/api/accounts/me', { bio })).status, 200)
    assert.equal((await ann.get(page)).body.bio, bio)
    // A write that could be told does not end the caution.
    await ann.send('PUT', '/api/accounts/nobody/follow')
  }
})

test('who did not write is shown a change as soon as all servers are told', async (t) => {
  const cache = await startOwnRedis(t)
  const environment = { ...NO_LIMITS, MINIGRAM_REDIS_CACHE: `127.0.0.1:${cache.port}` }
  const one = await startApp(t, environment)
  const other = await startApp(t, {
    ...environment,
    MINIGRAM_POSTGRES_DATABASE: one.database,
    MINIGRAM_INSTANCE: 'app2',
  })
  const [ann] = await one.people('ann')
  const visitor = createPerson(other.origin)
  assert.equal((await visitor.get(`/api/accounts/${ann.username}`)).body.bio, '')
  await ann.send('PATCH', '/api/accounts/me', { bio: 'changed' })
  await until(
    'the other server has heard',
    1_000,
    async () => (await visitor.get(`/api/accounts/${ann.username}`)).body.bio === 'changed',
  )
})

test('two thousand readers at once of what nobody has read ask the database once', async (t) => {
  const cache = await startOwnRedis(t)
  const environment = { ...NO_LIMITS, MINIGRAM_REDIS_CACHE: `127.0.0.1:${cache.port}` }
  const one = await startApp(t, environment)
  const share = { ...environment, MINIGRAM_POSTGRES_DATABASE: one.database }
  const apps = [
    one,
    await startApp(t, { ...share, MINIGRAM_INSTANCE: 'app2' }),
    await startApp(t, { ...share, MINIGRAM_INSTANCE: 'app3' }),
  ]
  const username = 'seen_by_all'
  await one.rows(`insert into accounts (id, username, password_hash) values (gen_random_uuid(), $1, '')`, [username])
  const queries = () => queriesOf(...apps)
  const visitors = apps.map((app) => createPerson(app.origin))
  for (const visitor of visitors) await visitor.get('/api/accounts/nobody_here')
  const before = await queries()
  const answers = await Promise.all(
    Array.from({ length: 2_000 }, (_, index) => visitors[index % 3]?.get(`/api/accounts/${username}`)),
  )
  assert.ok(answers.every((answer) => answer?.status === 200))
  // One for whom the name is, one for the profile.
  assert.equal((await queries()) - before, 2)
})

test('what a write touched is in the caches again before anybody looks', async (t) => {
  const server = await startOwnRedis(t)
  const app = await startApp(t, { ...NO_LIMITS, MINIGRAM_REDIS_CACHE: `127.0.0.1:${server.port}` })
  const cache = connectRedis({ host: '127.0.0.1', port: server.port }, 'test', createLog('test', 'fatal'), 'look')
  t.after(() => closeRedis(cache))
  const [ann, bob] = await app.people('ann', 'bob')
  const [photo = ''] = await insertPhotos(app, ann, 1)
  const likesSeen = async () => (await app.visitor().get(`/api/photos/${photo}`)).body.likeCount
  await until('it costs no query', 10_000, async () => {
    const asked = await queriesOf(app)
    assert.equal(await likesSeen(), 0)
    return (await queriesOf(app)) === asked
  })
  const key = entryKey('photo-card', `${app.database}:${photo}`)
  await until('its card was read again', 10_000, async () => {
    // On a primary alone, what is read amid a transaction of another test is not kept; the next write reads it again.
    assert.equal((await bob.send('PUT', `/api/photos/${photo}/like`)).status, 200)
    await sleep(READ_AGAIN_MS)
    return (await cache.get(key))?.includes('"likeCount":1') ?? false
  })
  const before = await queriesOf(app)
  assert.equal(await likesSeen(), 1)
  assert.equal(await queriesOf(app), before)
})
