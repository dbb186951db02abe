import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import fastify from 'fastify'
import cookie from '@fastify/cookie'
import { startApp } from '../../test/support/app.ts'
import { eventually } from '../../test/support/eventually.ts'
import { startPurgeListener } from '../../test/support/purge-listener.ts'
import { urlsOfAccount, urlsOfFollow, urlsOfPhoto } from '../contract/public-pages.ts'
import { createAnswerCaching } from './answer-caching.ts'
import type { Forgotten } from './edge-purge.ts'
import { createLbPurge } from './lb-purge.ts'
import { createLog } from './log.ts'
import { publicPage, route } from './route-manifest.ts'
import { setViewer, viewerOf, VISITOR } from './viewer.ts'
import { createVisitorPages, type PageMark } from './visitor-pages.ts'

const log = createLog('test', 'fatal')

test('the addresses of a photo and of an account are spelled as NGINX keeps them', () => {
  assert.deepEqual(urlsOfPhoto({ id: '0192C7A0-0000-7000-8000-00000000000A', username: 'Ann' }), [
    '/api/photos/0192c7a0-0000-7000-8000-00000000000a',
    '/api/photos/0192c7a0-0000-7000-8000-00000000000a/likes',
    '/api/photos/0192c7a0-0000-7000-8000-00000000000a/comments',
    '/api/explore',
    '/api/accounts/ann',
    '/api/accounts/ann/photos',
  ])
  assert.deepEqual(urlsOfAccount({ username: 'ann' }), [
    '/api/accounts/ann',
    '/api/accounts/ann/photos',
    '/api/accounts/ann/followers',
    '/api/accounts/ann/following',
    '/api/explore',
  ])
  assert.deepEqual(urlsOfFollow('ann', 'bob'), [
    '/api/accounts/ann',
    '/api/accounts/ann/following',
    '/api/accounts/bob',
    '/api/accounts/bob/followers',
  ])
})

test('a purge names each address once, with the secret, and takes "was not there" for done', async (t) => {
  const { urls, secrets, target } = await startPurgeListener(t, { '/b': 404, '/c': 412 })
  await using lb = createLbPurge({ target, secret: 'hush' })
  await lb.purge(['/a', '/b', '/c', '/a'])
  assert.deepEqual(urls.toSorted(), ['/a', '/b', '/c'])
  assert.deepEqual([...secrets], ['hush'])
})

test('a purge that is refused, unanswered or not heard at all is an error that names the address', async (t) => {
  const { target } = await startPurgeListener(t, { '/refused': 403, '/silent': 0 })
  await using lb = createLbPurge({ target, secret: 'hush' })
  await assert.rejects(lb.purge(['/refused']), /\/refused: answered 403/)
  await assert.rejects(lb.purge(['/silent']), /\/silent: no answer/)
  await using nobody = createLbPurge({ target: 'http://127.0.0.1:1', secret: 'hush' })
  await assert.rejects(nobody.purge(['/a']), /ECONNREFUSED/)
  await using none = createLbPurge({ target: null, secret: 'hush' })
  await none.purge(['/a'])
})

test('whoever changed something waits neither for a missing balancer nor for a missing Redis', async (t) => {
  const { target } = await startPurgeListener(t, { '/silent': 0 })
  const app = await startApp(t)
  const { client } = app.services.redisMain
  // On a busy machine an app server may be there before its connections are.
  await eventually('redis-main answers', 10_000, () => client.ping().catch(() => null))
  await using pages = createVisitorPages({
    redisMain: { client, isSettled: () => true },
    lbPurge: createLbPurge({ target, secret: 'hush' }),
    edge: { forget: async () => undefined },
    log,
  })
  const startedAt = Date.now()
  await pages.changed(['/silent'])
  assert.ok(Date.now() - startedAt < 1_500)
  assert.equal(typeof (await pages.markOf('/silent')), 'string')
  assert.equal(await pages.markOf('/never-changed'), null)
})

test('many counted changes become one purge, of the pages that may be kept', async (t) => {
  const { urls, target } = await startPurgeListener(t)
  const app = await startApp(t)
  const forgotten: string[][] = []
  const { client } = app.services.redisMain
  const edge = { forget: async ({ tags }: Forgotten) => void forgotten.push([...tags]) }
  const lbPurge = createLbPurge({ target, secret: 'hush' })
  await using pages = createVisitorPages({ redisMain: { client, isSettled: () => true }, lbPurge, edge, log })
  const [photo, likes, other] = ['', '/likes', '/other'].map((end) => `/counted/${randomUUID()}${end}`) as [
    string,
    string,
    string,
  ]
  assert.deepEqual([await pages.beginFill(photo), await pages.beginFill(likes)], [null, null])

  t.mock.timers.enable({ apis: ['setTimeout'] })
  for (let like = 0; like < 100; like += 1) pages.counted([photo, likes, other])
  // What was gathered in one quarter of a minute waits for another, in which replicas come after.
  t.mock.timers.tick(15_000)
  pages.counted([other])
  assert.deepEqual(urls, [])
  t.mock.timers.tick(15_000)
  t.mock.timers.reset()
  await eventually('it is purged', 5_000, async () => (forgotten.length > 0 ? true : null))
  assert.deepEqual(urls.toSorted(), [photo, likes].toSorted())
  assert.deepEqual(forgotten, [[photo]], 'no document brings along who likes it')
})

test('a process that ends does not wait with the second purge of documents', async () => {
  const forgotten: string[][] = []
  const pages = createVisitorPages({
    redisMain: { client: { set: async () => 'OK' } as never, isSettled: () => true },
    lbPurge: createLbPurge({ target: null, secret: 'hush' }),
    edge: { forget: async ({ tags }) => void forgotten.push([...tags]) },
    log,
  })
  await pages.purge(['/a'])
  await pages.purge(['/b', '/a'])
  await pages[Symbol.asyncDispose]()
  assert.deepEqual(forgotten, [['/a'], ['/b', '/a'], ['/a', '/b']])
})

test('a PoP that does not confirm is an error, after the balancer was purged all the same', async (t) => {
  const { urls, target } = await startPurgeListener(t)
  await using pages = createVisitorPages({
    redisMain: { client: { set: async () => 'OK' } as never, isSettled: () => true },
    lbPurge: createLbPurge({ target, secret: 'hush' }),
    edge: {
      async forget() {
        throw new Error('not purged at edge2')
      },
    },
    log,
  })
  await assert.rejects(pages.purge(['/a']), /not purged at edge2/)
  assert.deepEqual(urls, ['/a'])
  await pages.changed(['/b'])
  assert.deepEqual(urls, ['/a', '/b'], 'whoever waits is not told')
})

/** One page, and what its mark is at each look. */
async function askPage(marks: PageMark[], canReadPrimary = true) {
  const next = async () => (marks.length > 1 ? (marks.shift() ?? null) : (marks[0] ?? null))
  const caching = createAnswerCaching({
    pages: { beginFill: next, markOf: next },
    canReadPrimary: () => canReadPrimary,
  })
  const app = fastify()
  await app.register(cookie)
  app.addHook('onRequest', (request) => caching.beforeReading(request))
  app.addHook('onSend', async (request, reply, payload) => caching.describe(request, reply, payload))
  app.get(
    '/page',
    { config: route({ access: 'public', reads: 'sticky', cache: publicPage(() => ['page']) }) },
    (request) => {
      return { scope: viewerOf(request).scope }
    },
  )
  app.get(
    '/cookie',
    { config: route({ access: 'public', reads: 'none', cache: publicPage(() => ['page']) }) },
    (_request, reply) => reply.setCookie('a', 'b').send({}),
  )
  return app
}

test('a page that changed a moment ago is read on the primary and kept; one that changes meanwhile is not', async () => {
  for (const [marks, scope, seconds] of [
    [[null], 'any', '600'],
    [['change-1'], 'primary', '600'],
    [[null, 'change-1'], 'any', '0'],
    [['change-1', 'change-2'], 'primary', '0'],
    [['unknown'], 'any', '1'],
    [[null, 'unknown'], 'any', '1'],
  ] as const) {
    const app = await askPage([...marks])
    const answer = await app.inject('/page')
    assert.equal(answer.json().scope, scope, String(marks))
    assert.equal(answer.headers['x-accel-expires'], seconds, String(marks))
  }
})

test('without a primary a page is still answered, and kept for a second', async () => {
  const app = await askPage(['change-1'], false)
  const answer = await app.inject('/page')
  assert.deepEqual([answer.json().scope, answer.headers['x-accel-expires']], ['any', '1'])
})

test('an answer that sets a cookie is never shared, whatever its route declares', async () => {
  const app = await askPage([null])
  const answer = await app.inject('/cookie')
  assert.deepEqual([answer.headers['cache-control'], answer.headers['x-accel-expires']], ['private, no-store', '0'])
})

test('the app server’s part of Cache-Status is a hit when no database was asked', async () => {
  const unmarked = async () => null
  const caching = createAnswerCaching({
    pages: { beginFill: unmarked, markOf: unmarked },
    canReadPrimary: () => true,
  })
  for (const [work, status] of [
    [{ lookups: 3, queries: 0 }, 'app; hit'],
    [{ lookups: 3, queries: 1 }, 'app; fwd=miss'],
    [{ lookups: 0, queries: 1 }, undefined],
  ] as const) {
    const app = fastify()
    app.addHook('onRequest', async (request) => setViewer(request, { ...VISITOR, work: { ...work } }))
    app.addHook('onSend', async (request, reply, payload) => caching.describe(request, reply, payload))
    app.get('/', { config: route({ access: 'public', reads: 'none' }) }, () => ({}))
    assert.equal((await app.inject('/')).headers['cache-status'], status)
  }
})
