import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { loadAt, lookUpsOf, newKind, openCaches, positionOf } from '../../test/support/caches.ts'
import { eventually } from '../../test/support/eventually.ts'
import { serversOf } from '../../test/support/servers.ts'
import type { CacheTrace, Load } from './cache-kind.ts'
import { createCache, type Cache } from './cache.ts'
import { RENEW_AFTER_MS } from './cache-renewal.ts'
import { entryKey } from './cache-scripts.ts'
import { createLog } from './log.ts'
import { createMetrics } from './metrics.ts'
import { closeRedis, connectRedis } from './redis.ts'

const log = createLog('test', 'fatal')

test('two thousand concurrent misses of three processes are one load', async (t) => {
  const caches = await openCaches(t, 3)
  const kind = newKind()
  let loads = 0
  const load: Load = async () => {
    loads += 1
    await sleep(50)
    return { values: new Map([['a', '"value"']]), position: positionOf(1) }
  }
  const answers = await Promise.all(
    Array.from({ length: 2_000 }, (_, index) => caches[index % 3]?.getMany(kind, ['a'], 'any', load)),
  )
  assert.ok(answers.every((answer) => answer?.[0] === '"value"'))
  assert.equal(loads, 1)
})

test('what does not exist is remembered as such', async (t) => {
  const [cache = assert.fail()] = await openCaches(t, 1)
  const kind = newKind()
  let loads = 0
  const load: Load = async () => {
    loads += 1
    return { values: new Map(), position: positionOf(1) }
  }
  assert.deepEqual(await cache.getMany(kind, ['gone'], 'any', load), [undefined])
  assert.deepEqual(await cache.getMany(kind, ['gone'], 'any', load), [undefined])
  assert.equal(loads, 1)
})

test('a value past four fifths of its life is served at once, and read anew by one process meanwhile', async (t) => {
  const caches = await openCaches(t, 2)
  const kind = newKind()
  const { redisPort } = await serversOf(t)
  const redis = connectRedis({ host: '127.0.0.1', port: redisPort }, 'test', log, 'look')
  t.after(() => closeRedis(redis))
  let skewMs = 0
  const realNow = Date.now
  t.mock.method(Date, 'now', () => realNow() + skewMs)
  let loads = 0
  const slow = Promise.withResolvers<void>()
  const load: Load = async () => {
    const version = (loads += 1)
    if (version > 1) await slow.promise
    return { values: new Map([['a', String(version)]]), position: positionOf(version) }
  }
  const ask = async (cache: Cache) => (await cache.getMany(kind, ['a'], 'any', load))[0]
  const asked = (times: number) =>
    Promise.all(Array.from({ length: times }, (_, at) => ask(caches[at % 2] ?? assert.fail())))
  await asked(1)
  await eventually('redis-cache has it', 5_000, () => redis.get(entryKey(kind.name, 'a')))

  skewMs = kind.ttlSeconds * 1_000 * 0.85
  assert.deepEqual(new Set(await asked(20)), new Set(['1']), 'nobody waits for the load, which does not end')
  await eventually('it is being read anew', 5_000, async () => (loads === 2 ? true : null))
  slow.resolve()
  await eventually('redis-cache has what is new', 5_000, async () =>
    (await redis.get(entryKey(kind.name, 'a')))?.endsWith('2') ? true : null,
  )
  skewMs += (kind.memorySeconds + 1) * 1_000
  assert.deepEqual(await asked(2), ['2', '2'])
  assert.equal(loads, 2)
})

test('a failed load is not remembered, and everyone who waited for it hears of it', async (t) => {
  const [cache = assert.fail()] = await openCaches(t, 1)
  const kind = newKind()
  const failing: Load = () => Promise.reject(new Error('the database is away'))
  const answers = await Promise.allSettled([
    cache.getMany(kind, ['a'], 'any', failing),
    cache.getMany(kind, ['a'], 'any', failing),
  ])
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  const load: Load = async () => ({ values: new Map([['a', '1']]), position: positionOf(1) })
  assert.equal((await cache.getMany(kind, ['a'], 'any', load))[0], '1')
})

test('a load that fails while another key of the same call is waited for fails that call alone', async (t) => {
  const [one = assert.fail(), other = assert.fail()] = await openCaches(t, 2)
  const kind = newKind()
  const begun = Promise.withResolvers<void>()
  const slow: Load = async () => {
    begun.resolve()
    await sleep(200)
    return { values: new Map([['b', '1']]), position: positionOf(1) }
  }
  const theirs = other.getMany(kind, ['b'], 'any', slow)
  await begun.promise
  // A rejection that nobody awaits yet would end this process, as it would an app server.
  await assert.rejects(
    one.getMany(kind, ['a', 'b'], 'any', () => Promise.reject(new Error('no primary'))),
    /no primary/,
  )
  assert.equal((await theirs)[0], '1')
})

test('a fill that began before an invalidation does not hide the write', async (t) => {
  const [one = assert.fail(), other = assert.fail()] = await openCaches(t, 2)
  const kind = newKind()
  let version = 1
  const slow: Load = async () => {
    const read = { values: new Map([['a', String(version)]]), position: positionOf(version) }
    await sleep(100)
    return read
  }
  const early = one.getMany(kind, ['a'], 'any', slow)
  await sleep(30)
  version = 2
  assert.equal(await other.invalidate([{ kind, id: 'a' }], positionOf(2)), true)
  assert.equal((await early)[0], '1', 'who asked before the write may see what was before it')
  // Tombstones end after half a minute: what is older than one must not be stored even while it still stands.
  const { redisPort } = await serversOf(t)
  const redis = connectRedis({ host: '127.0.0.1', port: redisPort }, 'test', log, 'look')
  t.after(() => closeRedis(redis))
  await new Promise((resolve) => redis.once('ready', resolve))
  await sleep(20)
  assert.equal(await redis.get(entryKey(kind.name, 'a')), null)
  for (const cache of [one, other])
    assert.equal((await cache.getMany(kind, ['a'], { since: positionOf(2) }, slow))[0], '2')
})

test('whose write the cache was told of takes older values that it left; who is strict takes none', async (t) => {
  const [one = assert.fail(), other = assert.fail()] = await openCaches(t, 2)
  const kind = newKind()
  await one.getMany(kind, ['a'], 'any', loadAt(1))
  await sleep(50)
  const since = positionOf(2)
  assert.equal((await other.getMany(kind, ['a'], { since }, loadAt(2)))[0], '1')
  assert.equal((await other.getMany(kind, ['a'], { since, isStrict: true }, loadAt(2)))[0], '2')
})

test('who wrote takes from memory what the write left as soon as the process has heard of it', async (t) => {
  const [one = assert.fail(), other = assert.fail()] = await openCaches(t, 2)
  const kind = newKind()
  await one.getMany(kind, ['a', 'b'], 'any', loadAt(1))
  await other.invalidate([{ kind, id: 'b' }], positionOf(2))
  const scope = { since: positionOf(2), token: `${kind.name} 2.1` }
  other.announce(scope.token)
  await eventually('it has heard', 5_000, async () => {
    const trace: CacheTrace = { hasLoaded: false, tiers: new Map() }
    const values = await one.getMany(kind, ['a', 'b'], scope, loadAt(2), trace)
    assert.deepEqual(values, ['1', '2'])
    return trace.tiers?.get('a') === 'memory' ? true : null
  })
  const trace: CacheTrace = { hasLoaded: false, tiers: new Map() }
  await one.getMany(kind, ['a'], { ...scope, token: `${kind.name} 2.2` }, loadAt(2), trace)
  assert.equal(trace.tiers?.get('a'), 'redis-cache', 'of the next write nobody has heard')
})

test('a number that changed is seen by who changed it at once, by others within seconds, and the database is not asked for each of them', async (t) => {
  const [one = assert.fail(), other = assert.fail()] = await openCaches(t, 2)
  const kind = newKind()
  for (const cache of [one, other]) await cache.getMany(kind, ['a'], 'any', loadAt(1))
  await one.invalidate([{ kind, id: 'a', lingers: true }], positionOf(2))
  const unneeded: Load = () => Promise.reject(new Error('nobody needs it'))
  for (const scope of ['any', { since: positionOf(1) }] as const)
    assert.deepEqual(await other.getMany(kind, ['a'], scope, unneeded), ['1'])
  assert.deepEqual(await other.getMany(kind, ['a'], { since: positionOf(2) }, loadAt(2)), ['2'])
  await eventually('everybody sees it', 5_000, async () =>
    (await one.getMany(kind, ['a'], 'any', unneeded))[0] === '2' ? true : null,
  )
})

test('what is read again after a write is there for others, and no look-up of anybody', async (t) => {
  const [one = assert.fail(), other = assert.fail()] = await openCaches(t, 2)
  const kind = newKind()
  await one.getMany(kind, ['a'], 'any', loadAt(1))
  const counted = await lookUpsOf(one)
  await one.invalidate([{ kind, id: 'a' }], positionOf(2))
  await one.readAgain(kind, ['a'], positionOf(2), loadAt(2))
  assert.deepEqual(await lookUpsOf(one), counted)
  const unneeded: Load = () => Promise.reject(new Error('it is there'))
  for (const cache of [one, other]) assert.deepEqual(await cache.getMany(kind, ['a'], 'any', unneeded), ['2'])
})

test('what others changed is in memory again before anybody asks', async (t) => {
  const [one = assert.fail(), other = assert.fail()] = await openCaches(t, 2)
  const kind = newKind()
  const ids = ['number', 'text']
  await one.getMany(kind, ids, 'any', loadAt(1))
  await other.invalidate(
    ids.map((id) => ({ kind, id, lingers: id === 'number' })),
    positionOf(2),
  )
  await other.readAgain(kind, ids, positionOf(2), loadAt(2))
  await sleep(2 * RENEW_AFTER_MS + 200)
  const trace: CacheTrace = { hasLoaded: false, tiers: new Map() }
  const unneeded: Load = () => Promise.reject(new Error('it is there'))
  assert.deepEqual(await one.getMany(kind, ids, 'any', unneeded, trace), ['2', '2'])
  assert.deepEqual(
    [...(trace.tiers ?? [])],
    [
      ['number', 'memory'],
      ['text', 'memory'],
    ],
  )
})

test('a server of the cache that started a moment ago is believed only as far as positions go', async (t) => {
  const { redisPort } = await serversOf(t)
  const connect = (name: string) => connectRedis({ host: '127.0.0.1', port: redisPort }, 'test', log, name)
  const [redis, subscriber] = [connect('cache'), connect('subscriber')]
  t.after(() => Promise.all([closeRedis(redis), closeRedis(subscriber)]))
  const cache = createCache({ redis, subscriber, log, metrics: createMetrics(), isSettled: () => false })
  await new Promise((resolve) => redis.once('ready', resolve))
  const kind = newKind()
  await cache.getMany(kind, ['a'], 'any', loadAt(1))
  assert.equal((await cache.getMany(kind, ['a'], { since: positionOf(2) }, loadAt(2)))[0], '2')
})

test('with redis-cache gone every value still comes, and few loads run at once', async (t) => {
  const [cache = assert.fail()] = await openCaches(t, 1, 1)
  const kind = newKind()
  let running = 0
  let most = 0
  const load: Load = async (ids) => {
    running += 1
    most = Math.max(most, running)
    await sleep(5)
    running -= 1
    return { values: new Map(ids.map((id) => [id, `"${id}"`])), position: positionOf(1) }
  }
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, index) => cache.getMany(kind, [`k${index}`], 'any', load)),
  )
  assert.ok(answers.every((answer, index) => answer[0] === `"k${index}"`))
  assert.ok(most <= 4, `${most} loads at once`)
  assert.equal(
    await cache.invalidate([{ kind, id: 'k1' }], positionOf(2)),
    false,
    'and it says when it could not be told',
  )
})
