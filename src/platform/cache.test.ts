import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { eventually } from '../../test/support/eventually.ts'
import { serversOf } from '../../test/support/servers.ts'
import type { CacheKind, CacheTrace, Load } from './cache-kind.ts'
import { createCache, type Cache } from './cache.ts'
import { entryKey } from './cache-scripts.ts'
import { createLog } from './log.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import type { ReadScope, WritePosition } from './postgres.ts'
import { closeRedis, connectRedis } from './redis.ts'

const log = createLog('test', 'fatal')
const positionOf = (step: number): WritePosition => `00000001:${step.toString(16).padStart(16, '0')}`

/** A kind of its own, so that tests share one Redis without meeting. */
const newKind = (): CacheKind<string> => ({
  name: `test-${randomBytes(4).toString('hex')}`,
  ttlSeconds: 60,
  memorySeconds: 5,
})

const metricsOf = new WeakMap<Cache, Metrics>()

async function lookUpsOf(cache: Cache) {
  return (await metricsOf.get(cache)?.registry.getSingleMetric('cache_requests_total')?.get())?.values
}

async function openCaches(t: TestContext, count: number, port?: number): Promise<Cache[]> {
  const { redisPort } = await serversOf(t)
  const caches = Array.from({ length: count }, () => {
    const connect = (name: string) => connectRedis({ host: '127.0.0.1', port: port ?? redisPort }, 'test', log, name)
    const [redis, subscriber] = [connect('cache'), connect('subscriber')]
    t.after(() => Promise.all([closeRedis(redis), closeRedis(subscriber)]))
    const metrics = createMetrics()
    const cache = createCache({ redis, subscriber, log, metrics })
    metricsOf.set(cache, metrics)
    return { cache, redis }
  })
  if (port === undefined) {
    await Promise.all(
      caches.map(({ redis }) =>
        redis.status === 'ready' ? null : new Promise((resolve) => redis.once('ready', resolve)),
      ),
    )
  }
  return caches.map(({ cache }) => cache)
}

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
  const load =
    (step: number): Load =>
    async () => ({ values: new Map([['a', String(step)]]), position: positionOf(step) })
  await one.getMany(kind, ['a'], 'any', load(1))
  await sleep(50)
  const since = positionOf(2)
  assert.equal((await other.getMany(kind, ['a'], { since }, load(2)))[0], '1')
  assert.equal((await other.getMany(kind, ['a'], { since, isStrict: true }, load(2)))[0], '2')
})

test('who wrote takes from memory what the write left as soon as the process has heard of it', async (t) => {
  const [one = assert.fail(), other = assert.fail()] = await openCaches(t, 2)
  const kind = newKind()
  const load =
    (step: number): Load =>
    async (ids) => ({ values: new Map(ids.map((id) => [id, String(step)])), position: positionOf(step) })
  await one.getMany(kind, ['a', 'b'], 'any', load(1))
  await other.invalidate([{ kind, id: 'b' }], positionOf(2))
  const scope = { since: positionOf(2), token: `${kind.name} 2.1` }
  await eventually('the fence is past', 5_000, async () => {
    const trace: CacheTrace = { hasLoaded: false, tiers: new Map() }
    const values = await one.getMany(kind, ['a', 'b'], scope, load(2), trace)
    assert.deepEqual(values, ['1', '2'])
    return trace.tiers?.get('a') === 'memory' ? true : null
  })
  const trace: CacheTrace = { hasLoaded: false, tiers: new Map() }
  await one.getMany(kind, ['a'], { ...scope, token: `${kind.name} 2.2` }, load(2), trace)
  assert.equal(trace.tiers?.get('a'), 'redis-cache', 'of the next write nobody has heard')
})

test('what is read again after a write is there for others, and no look-up of anybody', async (t) => {
  const [one = assert.fail(), other = assert.fail()] = await openCaches(t, 2)
  const kind = newKind()
  const load =
    (step: number): Load =>
    async () => ({ values: new Map([['a', String(step)]]), position: positionOf(step) })
  await one.getMany(kind, ['a'], 'any', load(1))
  const counted = await lookUpsOf(one)
  await one.invalidate([{ kind, id: 'a' }], positionOf(2))
  await one.readAgain(kind, ['a'], positionOf(2), load(2))
  assert.deepEqual(await lookUpsOf(one), counted)
  const unneeded: Load = () => Promise.reject(new Error('it is there'))
  for (const cache of [one, other]) assert.deepEqual(await cache.getMany(kind, ['a'], 'any', unneeded), ['2'])
})

test('a server of the cache that started a moment ago is believed only as far as positions go', async (t) => {
  const { redisPort } = await serversOf(t)
  const connect = (name: string) => connectRedis({ host: '127.0.0.1', port: redisPort }, 'test', log, name)
  const [redis, subscriber] = [connect('cache'), connect('subscriber')]
  t.after(() => Promise.all([closeRedis(redis), closeRedis(subscriber)]))
  const cache = createCache({ redis, subscriber, log, metrics: createMetrics(), isSettled: () => false })
  await new Promise((resolve) => redis.once('ready', resolve))
  const kind = newKind()
  const load =
    (step: number): Load =>
    async () => ({ values: new Map([['a', String(step)]]), position: positionOf(step) })
  await cache.getMany(kind, ['a'], 'any', load(1))
  assert.equal((await cache.getMany(kind, ['a'], { since: positionOf(2) }, load(2)))[0], '2')
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

/** A primary and a replica that follows it when told to; values are the step at which they were written. */
function createModel() {
  let step = 0
  let replayed = 0
  const history = new Map<string, { step: number; value: string }[]>()
  const at = (id: string, limit: number) => history.get(id)?.findLast((version) => version.step <= limit)?.value
  return {
    write(id: string): WritePosition {
      step += 1
      history.set(id, [...(history.get(id) ?? []), { step, value: String(step) }])
      return positionOf(step)
    },
    replay: (steps: number) => void (replayed = Math.min(step, replayed + steps)),
    latest: (id: string) => at(id, step),
    load(delayMs: number): Load {
      return async (ids: readonly string[], scope: ReadScope) => {
        const needsPrimary = scope === 'primary' || (scope !== 'any' && scope.since > positionOf(replayed))
        const limit = needsPrimary ? step : replayed
        const values = new Map(
          ids.flatMap((id) => (at(id, limit) === undefined ? [] : ([[id, at(id, limit) ?? '']] as const))),
        )
        await sleep(delayMs)
        return { values, position: positionOf(limit) }
      }
    },
  }
}

async function untilSeen(
  cache: Cache,
  kind: CacheKind<string>,
  id: string,
  model: ReturnType<typeof createModel>,
): Promise<void> {
  for (const end = Date.now() + 2_000; ; await sleep(2)) {
    const seen = (await cache.getMany(kind, [id], 'any', model.load(0)))[0]
    if (seen === model.latest(id)) return
    assert.ok(Date.now() < end, `${id} stays at ${seen}, written was ${model.latest(id)}`)
  }
}

const operation = fc.oneof(
  fc.record({
    type: fc.constant('write' as const),
    id: fc.constantFrom('a', 'b'),
    cache: fc.nat(1),
    by: fc.constantFrom('ann', 'bob'),
  }),
  fc.record({
    type: fc.constant('read' as const),
    id: fc.constantFrom('a', 'b'),
    cache: fc.nat(1),
    delayMs: fc.nat(6),
  }),
  fc.record({ type: fc.constant('replay' as const), steps: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ type: fc.constant('pause' as const), ms: fc.nat(4) }),
)

test('in whatever order fills, writes, invalidations and reads come, nobody misses their own write', async (t) => {
  const caches = await openCaches(t, 2)
  const cacheAt = (index: number) => caches[index] ?? assert.fail()
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 4, maxLength: 25 }), async (operations) => {
      const kind = newKind()
      const model = createModel()
      const records = new Map<string, { since: WritePosition; writes: number }>()
      const running: Promise<void>[] = []
      for (const each of operations) {
        if (each.type === 'replay') model.replay(each.steps)
        else if (each.type === 'pause') await sleep(each.ms)
        else if (each.type === 'read')
          running.push(
            cacheAt(each.cache)
              .getMany(kind, [each.id], 'any', model.load(each.delayMs))
              .then(() => undefined),
          )
        else {
          const written = model.write(each.id)
          running.push(
            (async () => {
              await cacheAt(each.cache).invalidate([{ kind, id: each.id }], written)
              const known = records.get(each.by) ?? { since: written, writes: 0 }
              const since = known.since > written ? known.since : written
              records.set(each.by, { since, writes: known.writes + 1 })
              const scope = { since, token: `${kind.name} ${each.by} ${since}.${known.writes + 1}` }
              // At first nobody knows whether the others have heard of it, then they have.
              for (let round = 0; round < 3; round += 1) {
                for (const cache of caches) {
                  const seen = (await cache.getMany(kind, [each.id], scope, model.load(2)))[0]
                  assert.ok(seen !== undefined && positionOf(Number(seen)) >= written, `wrote ${written}, saw ${seen}`)
                }
                await sleep(6)
              }
            })(),
          )
        }
      }
      await Promise.all(running)
      model.replay(Number.MAX_SAFE_INTEGER)
      // Other processes are told by messages that nobody waits for: soon, not at once.
      for (const cache of caches) for (const id of ['a', 'b']) await untilSeen(cache, kind, id, model)
    }),
    { numRuns: 60, interruptAfterTimeLimit: 25_000, markInterruptAsFailure: false },
  )
})
