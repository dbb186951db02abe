import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { createEdge } from '../../src/platform/edge-purge.ts'
import { createLbPurge } from '../../src/platform/lb-purge.ts'
import { createLog } from '../../src/platform/log.ts'
import { createVisitorPages } from '../../src/platform/visitor-pages.ts'
import { eventually } from '../support/eventually.ts'
import { startEdge } from '../support/edge.ts'
import { curl, SECRET, startFront } from '../support/front.ts'

const PHOTO = '/photos/0192c7a0-0000-7000-8000-000000000000'
const KEY = 'a'.repeat(32)
const TAGS = `/api/explore media-${KEY}`
const HOSTS = ['photos.example', 'www.photos.example'] as const

/** A PoP before an app server that counts its documents and gives them tags; `answer` changes one on its way. */
async function startPop(t: TestContext, settings: Record<string, string> = {}) {
  const app = { nr: 0, answer: (_response: ServerResponse): unknown => undefined }
  const serve = async ({ headers }: IncomingMessage, response: ServerResponse) => {
    app.nr += 1
    const { host, cookie, authorization, 'x-forwarded-proto': scheme } = headers
    const html = `${app.nr} ${String(scheme)}://${host} ${cookie ?? authorization ?? 'nobody'}`
    response.setHeader('content-type', 'text/html').setHeader('vary', 'Cookie')
    response.setHeader('cache-control', 'private, no-cache').setHeader('surrogate-key', TAGS)
    await app.answer(response)
    response.end(html)
  }
  const front = await startFront(t, (request, response) => void serve(request, response), settings)
  const pop = await front.startEdge()
  const ask = async (path: string, headers: Record<string, string | string[]> = {}, origin = front.edge) => {
    const answer = await request(origin + path, { headers: { host: HOSTS[0], ...headers } })
    const outcome = String(answer.headers['cache-status']).split('edge1; ').at(-1)
    return { status: answer.statusCode, headers: answer.headers, outcome, text: await answer.body.text() }
  }
  return { front, pop, app, ask }
}

test('a visitor’s document is one per host and scheme, and says nothing of its tags', async (t) => {
  const { front, ask } = await startPop(t)
  for (const path of ['/', '/explore', PHOTO, '/@ann.lee_2']) {
    const first = await ask(path)
    assert.equal(first.outcome, 'fwd=miss; stored', path)
    const again = await ask(path, { cookie: 'theme=dark', 'x-forwarded-proto': 'https' })
    assert.deepEqual([again.outcome, again.text], ['hit; ttl=59', first.text], path)
    const { headers } = again
    assert.equal(headers['cache-control'], 'private, no-cache', 'browsers ask each time')
    for (const name of ['surrogate-key', 'xkey', 'x-served-by', 'set-cookie']) assert.equal(headers[name], undefined)
  }
  const [one, other] = await Promise.all(HOSTS.map((host) => ask('/explore', { host })))
  assert.match(one?.text ?? '', /http:\/\/photos\.example nobody$/)
  assert.match(other?.text ?? '', /http:\/\/www\.photos\.example nobody$/)
  const policy = String(other?.headers['content-security-policy'])
  assert.ok(policy.includes(`http://${HOSTS[1]}:${new URL(front.edge).port};`), policy)
  const secure = await curl('-k', '-H', `host: ${HOSTS[0]}`, `${front.edgeTls}/explore`)
  assert.match(secure, /https:\/\/photos\.example nobody$/)
  assert.equal((await ask('/explore')).text, one?.text, 'what came over HTTPS is another')
})

test('who presents a session or credentials is neither answered from a PoP nor kept by it', async (t) => {
  const { ask } = await startPop(t)
  const personal: Record<string, string | string[]>[] = [
    { cookie: 'mg=1' },
    { cookie: 'theme=dark; __Host-mg=1' },
    { cookie: ['theme=dark', 'mg=1'] },
    { cookie: 'a=b,mg = 1' },
    { authorization: 'Bearer 1' },
  ]
  for (const isKept of [false, true]) {
    for (const headers of personal) {
      const { outcome, text } = await ask('/explore', headers)
      assert.equal(outcome, 'fwd=bypass', JSON.stringify(headers))
      assert.doesNotMatch(text, /nobody$/, 'it is asked for by whom it is for')
    }
    const visitor = await ask('/explore')
    assert.match(visitor.outcome ?? '', isKept ? /^hit/ : /^fwd=miss; stored$/)
    assert.match(visitor.text, /nobody$/)
  }
})

test('other spellings, other pages and other answers are not kept', async (t) => {
  const { ask, app } = await startPop(t)
  for (const path of ['/explore?a=b', '/@Ann', PHOTO.replace('a0', 'A0'), '/photos/new', '/api/explore', '/@a..b'])
    for (const _ of [1, 2]) assert.equal((await ask(path)).outcome, 'fwd=bypass', path)
  for (const [why, answer] of Object.entries<(response: ServerResponse) => unknown>({
    'without tags': (response) => response.removeHeader('surrogate-key'),
    'with a cookie': (response) => response.setHeader('set-cookie', 'mg=1'),
    'not there': (response) => void (response.statusCode = 404),
    gone: (response) => void (response.statusCode = 410),
    'longer under way than a purge waits': () => sleep(900),
  })) {
    app.answer = answer
    for (const _ of [1, 2]) assert.equal((await ask('/explore')).outcome, 'fwd=miss', why)
  }
})

test('a purge by the address of an answer, or by a photo’s files, takes the documents of every host', async (t) => {
  const { front, ask } = await startPop(t)
  await using edge = createEdge({ targets: () => [front.edgePurge], secret: SECRET })
  for (const tag of ['/api/explore', `media-${KEY}`]) {
    const kept = await Promise.all(HOSTS.map((host) => ask('/explore', { host })))
    await edge.forget({ tags: ['/api/other', 'media-other'], paths: [] })
    for (const [index, host] of HOSTS.entries()) {
      const { outcome, text } = await ask('/explore', { host })
      assert.match(outcome ?? '', /^hit/, 'other tags purge nothing')
      assert.equal(text, kept[index]?.text)
    }
    await edge.forget({ tags: [tag], paths: [] })
    for (const [index, host] of HOSTS.entries()) {
      const { outcome, text } = await ask('/explore', { host })
      assert.equal(outcome, 'fwd=miss; stored', tag)
      assert.notEqual(text, kept[index]?.text)
    }
  }
})

test('a PoP that is silent is asked no more often for it, and keeps no other waiting', async (t) => {
  const silent = createServer(() => undefined)
  let connections = 0
  silent.on('connection', () => (connections += 1))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  t.after(() => (silent.closeAllConnections(), silent.close()))
  const pop = await startEdge(t)
  // It listens on TCP.
  const targets = [`http://127.0.0.1:${(silent.address() as AddressInfo).port}`, pop.target]
  await using edge = createEdge({ targets: () => targets, secret: SECRET })
  const forgotten = Promise.allSettled(
    Array.from({ length: 60 }, (_, nr) => edge.forget({ tags: [`tag-${nr}`], paths: [] })),
  )
  const told = () => pop.purges.flatMap((line) => line.split(' ').slice(3))
  await eventually('the other is told', 1_000, async () => (told().length === 60 ? true : null))
  assert.equal(pop.purges.length, 2, 'together, 50 at a time')
  for (const outcome of await forgotten) assert.match(String((outcome as PromiseRejectedResult).reason), /no answer/)
  assert.ok(connections <= 2, `${connections} connections`)
})

test('a document that is under way during a purge is taken by the second one', async (t) => {
  const { front, ask, app } = await startPop(t)
  await using edge = createEdge({ targets: () => [front.edgePurge], secret: SECRET })
  await using pages = createVisitorPages({
    redisMain: { client: { set: async () => 'OK' } as never, isSettled: () => true },
    lbPurge: createLbPurge({ target: front.lbPurge, secret: SECRET }),
    edge,
    log: createLog('test', 'fatal'),
  })
  const isAsked = Promise.withResolvers<void>()
  app.answer = () => (isAsked.resolve(), sleep(500))
  const underWay = ask('/explore')
  await isAsked.promise
  const from = performance.now()
  await pages.purge(['/api/explore'])
  const { outcome, text } = await underWay
  assert.equal(outcome, 'fwd=miss; stored')
  assert.equal((await ask('/explore')).text, text, 'as old as before the purge')
  await eventually('another', 2_000, async () => ((await ask('/explore')).text === text ? null : true))
  assert.ok(performance.now() - from > 500)
})

test('an old document is served while it is fetched anew, while the origin is away or overloaded, and not once it is gone', async (t) => {
  const { front, ask, app } = await startPop(t, { MINIGRAM_EDGE_PAGE_TTL: '1s' })
  const first = await ask('/explore')
  await sleep(1_100)
  assert.equal((await ask('/explore')).text, first.text)
  const second = await eventually('the new one', 5_000, async () => {
    const now = await ask('/explore')
    return now.text === first.text ? null : now
  })
  // An overloaded app server refuses; NGINX has the plain document then, which tells nothing.
  app.answer = (response) => {
    response.statusCode = 503
    response.removeHeader('surrogate-key')
  }
  await sleep(1_100)
  for (const _ of [1, 2, 3]) {
    assert.equal((await ask('/explore')).text, second.text)
    await sleep(50)
  }
  app.answer = (response) => void (response.statusCode = 410)
  await eventually('gone', 5_000, async () => ((await ask('/explore')).status === 410 ? true : null))
  assert.equal((await ask('/explore')).status, 410)
  app.answer = () => undefined
  await sleep(1_100)
  const third = await ask('/explore')
  await front.stopLb()
  await sleep(1_100)
  for (const _ of [1, 2]) assert.equal((await ask('/explore')).text, third.text)
})

test('with a life of 0 s no document is kept', async (t) => {
  const { ask } = await startPop(t, { MINIGRAM_EDGE_PAGE_TTL: '0s' })
  for (const _ of [1, 2]) assert.equal((await ask('/explore')).outcome, 'fwd=bypass')
})
