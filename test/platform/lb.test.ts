import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { request } from 'undici'
import { PUBLIC_PAGES, pageUrl } from '../../src/contract/public-pages.ts'
import { eventually } from '../support/eventually.ts'
import { SECRET, startFront, type AppAnswer, type Front } from '../support/front.ts'

const PHOTO = '/api/photos/0192c7a0-0000-7000-8000-000000000000'

async function ask(url: string, headers: Record<string, string> = {}, method = 'GET') {
  const answer = await request(url, { headers, method: method as 'GET' })
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() }
}
const cacheStatus = ({ headers }: Awaited<ReturnType<typeof ask>>) => String(headers['cache-status'])

/** Numbered answers that may be kept, as the route manifest has the app servers send them. */
function counting(headers: Record<string, string> = { 'x-accel-expires': '600' }): AppAnswer {
  let count = 0
  return (_request, response) => {
    count += 1
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify({ count }))
  }
}

test('a page for signed-out visitors is filled once, hit afterwards, and asked for again when it is purged', async (t) => {
  const front = await startFront(
    t,
    counting({ 'x-accel-expires': '600', 'cache-status': 'redis-cache; hit', vary: 'Cookie' }),
  )
  const first = await ask(`${front.lb}${PHOTO}`)
  assert.equal(cacheStatus(first), 'redis-cache; hit, lb; fwd=uri-miss')
  assert.equal(first.headers['x-accel-expires'], undefined)
  const second = await ask(`${front.lb}${PHOTO}`)
  assert.equal(second.text, first.text)
  assert.match(cacheStatus(second), /lb; hit$/)
  assert.equal((await ask(`${front.lb}${PHOTO}`, {}, 'HEAD')).status, 200)
  assert.equal(front.asked.length, 1)

  const purge = (headers: Record<string, string>) => ask(`${front.lbPurge}${PHOTO}`, headers, 'PURGE')
  assert.equal((await purge({})).status, 403)
  assert.equal((await purge({ 'x-edge-secret': 'a guess' })).status, 403)
  assert.equal((await ask(`${front.lbPurge}${PHOTO}`, { 'x-edge-secret': SECRET })).status, 405)
  assert.match(cacheStatus(await ask(`${front.lb}${PHOTO}`)), /lb; hit$/, 'refused purges purge nothing')
  assert.equal((await purge({ 'x-edge-secret': SECRET })).status, 200)
  assert.ok([404, 412].includes((await purge({ 'x-edge-secret': SECRET })).status))
  assert.match(cacheStatus(await ask(`${front.lb}${PHOTO}`)), /lb; fwd=uri-miss$/)
})

test('a text is compressed, but not for an app server that says that it is as it shall be', async (t) => {
  const front = await startFront(t, ({ url }, response) => {
    response.setHeader('content-type', 'application/json')
    if (url === '/api/feed?busy') response.setHeader('content-encoding', 'identity')
    response.end(JSON.stringify('x'.repeat(2_000)))
  })
  const encodingOf = async (path: string) =>
    (await ask(`${front.lb}${path}`, { 'accept-encoding': 'gzip' })).headers['content-encoding']
  assert.equal(await encodingOf('/api/feed'), 'gzip')
  assert.equal(await encodingOf('/api/feed?busy'), 'identity')
})

test('a client on this machine is told which app server answered, nobody else is', async (t) => {
  const front = await startFront(t, counting({ 'x-accel-expires': '600', 'x-served-by': 'somebody else' }))
  const servedBy = async (headers: Record<string, string>) =>
    (await ask(`${front.lb}/api/feed`, headers)).headers['x-served-by']
  assert.equal(await servedBy({}), 'app1')
  assert.equal(await servedBy({ 'x-forwarded-for': '127.0.0.1', 'x-edge-secret': SECRET }), 'app1')
  assert.equal(await servedBy({ 'x-forwarded-for': '192.0.2.7', 'x-edge-secret': SECRET }), undefined)
  await ask(`${front.lb}${PHOTO}`)
  const kept = await ask(`${front.lb}${PHOTO}`)
  assert.match(cacheStatus(kept), /lb; hit$/)
  assert.equal(kept.headers['x-served-by'], undefined)
})

test('exactly the pages that the contract lists are kept, in exactly one spelling', async (t) => {
  const front = await startFront(t, counting())
  const params = { id: '0192c7a0-0000-7000-8000-000000000000', username: 'ann.b_1' }
  const isKept = async (url: string) => {
    await ask(`${front.lb}${url}`)
    return cacheStatus(await ask(`${front.lb}${url}`)) === 'lb; hit'
  }
  for (const page of PUBLIC_PAGES) assert.ok(await isKept(pageUrl(page, params)), page)
  for (const url of [
    '/api/explore?limit=20',
    '/api/explore?cursor=x',
    '/api/explore/',
    '/api//explore',
    '/api/%65xplore',
    '/api/accounts/Ann',
    '/api/accounts/%61nn',
    '/api/accounts/me',
    '/api/accounts/me/photos',
    '/api/accounts/ann/settings',
    '/api/photos/0192C7A0-0000-7000-8000-000000000000',
    '/api/feed',
    '/api/sessions',
    '/api/search/accounts',
    '/api/instance',
    '/config.json',
    '/health',
  ])
    assert.ok(!(await isKept(url)), url)
})

test('who presents a session or credentials is answered by an app server, and nobody else gets that answer', async (t) => {
  const front = await startFront(t, counting())
  const url = `${front.lb}/api/explore`
  const visitor = (await ask(url)).text
  const personal: Record<string, string>[] = [
    { cookie: 'mg=token' },
    { cookie: '__Host-mg=token' },
    { cookie: 'theme=dark; mg=token' },
    { cookie: 'theme=dark;mg=token' },
    { cookie: 'mg=' },
    { authorization: 'Bearer token' },
    { authorization: 'Basic dTpw' },
  ]
  for (const headers of personal) {
    const before = front.asked.length
    const answer = await ask(url, headers)
    assert.equal(front.asked.length, before + 1, JSON.stringify(headers))
    assert.notEqual(answer.text, visitor)
    assert.equal(cacheStatus(answer), 'lb; fwd=bypass')
  }
  assert.equal((await ask(url)).text, visitor)
  assert.equal((await ask(url, { cookie: 'theme=dark; emgee=1' })).text, visitor, 'a cookie of another name is nobody')
})

test('what sets a cookie, or forbids it, or says nothing, is never kept', async (t) => {
  const unkept: Record<string, string>[] = [
    { 'x-accel-expires': '600', 'set-cookie': 'mg=1' },
    { 'x-accel-expires': '0', 'cache-control': 'public, max-age=60' },
    { 'cache-control': 'private, no-store' },
    {},
  ]
  for (const headers of unkept) {
    const front = await startFront(t, counting(headers))
    await ask(`${front.lb}/api/explore`)
    assert.equal(cacheStatus(await ask(`${front.lb}/api/explore`)), 'lb; fwd=uri-miss', JSON.stringify(headers))
  }
})

test('fifty visitors at once are one fill, and a stale page is served while it is fetched anew and while that fails', async (t) => {
  let isBroken = false
  const slow = counting({ 'x-accel-expires': '1' })
  const front = await startFront(t, (incoming, response) => {
    if (isBroken) response.writeHead(503).end()
    else setTimeout(() => slow(incoming, response), 200)
  })
  const url = `${front.lb}/api/explore`
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask(url)))
  assert.equal(front.asked.length, 1)
  assert.deepEqual(new Set(answers.map(({ text }) => text)), new Set(['{"count":1}']))

  await new Promise((resolve) => setTimeout(resolve, 2_100))
  const from = performance.now()
  const stale = await ask(url)
  assert.equal(stale.text, '{"count":1}')
  assert.match(cacheStatus(stale), /lb; hit; detail=(stale|updating)/)
  assert.ok(performance.now() - from < 150, 'nobody waits for the refresh')
  while (front.asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
  isBroken = true
  await new Promise((resolve) => setTimeout(resolve, 2_500))
  for (const _ of [1, 2]) assert.equal((await ask(url)).text, '{"count":2}')
})

test('what is gone takes the place of a stale page', async (t) => {
  let isGone = false
  const there = counting({ 'x-accel-expires': '1' })
  const front = await startFront(t, (incoming, response) => {
    if (isGone) response.writeHead(410, { 'x-accel-expires': '1', 'cache-control': 'private, no-store' }).end()
    else there(incoming, response)
  })
  await ask(front.lb + PHOTO)
  isGone = true
  await new Promise((resolve) => setTimeout(resolve, 2_100))
  const statuses = []
  for (let nr = 0; nr < 3; nr++) {
    statuses.push((await ask(front.lb + PHOTO)).status)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.deepEqual(statuses, [200, 410, 410])
})

test('pages come from an app server, and as the plain document when it cannot', async (t) => {
  const front = await startFront(t, ({ url = '' }, response) => {
    const status = url === '/explore' ? 503 : url === '/photos/gone' ? 410 : 200
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(url)
  })
  for (const [path, status, text] of [
    ['/', 200, '/'],
    ['/photos/1', 200, '/photos/1'],
    ['/photos/gone', 410, '/photos/gone'],
    ['/@ann', 200, '/@ann'],
    ['/explore', 200, '<!doctype html>'],
    ['/settings', 200, '<!doctype html>'],
  ] as const) {
    const page = await ask(front.lb + path)
    assert.deepEqual([page.status, page.text], [status, text], path)
    assert.match(String(page.headers['content-security-policy']), /^default-src 'self'; img-src/, path)
  }
})

test('masters and files that are being written stay inside', async (t) => {
  const front = await startFront(t, counting())
  const key = 'a'.repeat(32)
  mkdirSync(join(front.mediaDirectory, key))
  mkdirSync(join(front.mediaDirectory, '.partial'))
  for (const name of [`${key}/320.jpg`, `${key}/master.jpg`, `${key}/master.webp`, '.partial/320.jpg'])
    writeFileSync(join(front.mediaDirectory, name), 'x')
  assert.equal((await ask(`${front.lb}/media/${key}/320.jpg`)).status, 200)
  for (const path of [`${key}/master.jpg`, `${key}/master.webp`, '.partial/320.jpg', `${key}/`, key])
    assert.equal((await ask(`${front.lb}/media/${path}`)).status, 404, path)
})

test('tags are for trusted hops, and for the commercial CDN where one is set', async (t) => {
  const key = 'b'.repeat(32)
  for (const settings of [{}, { MINIGRAM_CDN: 'cloudflare' }]) {
    const front = await startFront(t, counting({ 'surrogate-key': 'explore' }), settings)
    mkdirSync(join(front.mediaDirectory, key))
    writeFileSync(join(front.mediaDirectory, key, '320.jpg'), 'x')
    const file = await ask(`${front.lb}/media/${key}/320.jpg`)
    assert.equal(file.headers['xkey'], undefined)
    assert.equal(file.headers['cache-tag'], 'MINIGRAM_CDN' in settings ? `media-${key}` : undefined)
    assert.match(
      String(file.headers['cdn-cache-control']),
      /^max-age=86400, stale-while-revalidate=\d+, stale-if-error=\d+$/,
    )
    assert.equal((await ask(`${front.lb}/api/explore`)).headers['surrogate-key'], undefined)
    const trusted = { 'x-edge-secret': SECRET }
    assert.equal((await ask(`${front.lb}/media/${key}/320.jpg`, trusted)).headers['xkey'], `media-${key}`)
    assert.equal((await ask(`${front.lb}/api/instance`, trusted)).headers['surrogate-key'], 'explore')
  }
})

test('each strategy chooses among two app servers as its name says', async (t) => {
  for (const strategy of ['least_conn', 'round_robin', 'ip_hash', 'cookie']) {
    const front = await startFront(t, (_request, response) => response.end('one'), { MINIGRAM_LB_STRATEGY: strategy })
    await startSecondApp(t, front, 'two')
    const answers = (headers: (round: number) => Record<string, string>) =>
      Promise.all(
        Array.from({ length: 24 }, async (_, round) => (await ask(`${front.lb}/api/feed`, headers(round))).text),
      )
    const client = (round: number) => ({ 'x-edge-secret': SECRET, 'x-forwarded-for': `192.0.2.${round}` })
    const session = (round: number) => ({ cookie: `mg=${round}` })
    const both = ['one', 'two']
    const used = (texts: readonly string[]) => [...new Set(texts)].toSorted()
    assert.deepEqual(used(await answers((round) => ({ ...client(round), ...session(round) }))), both, strategy)
    if (strategy === 'ip_hash') assertMostly(await answers(client), await answers(client))
    else if (strategy === 'cookie') assertMostly(await answers(session), await answers(session))
    else
      assert.deepEqual(used(await answers(() => ({ ...client(7), ...session(7) }))), both, `${strategy} knows no one`)
  }
})

/** Who finds no slot in twenty steps along NGINX's ring goes round robin: with 2 of 16 slots in use, (14/16)^20 or one in fourteen. */
function assertMostly(first: readonly string[], again: readonly string[]): void {
  const same = first.filter((text, index) => text === again[index]).length
  assert.ok(same >= first.length * 0.75, `${same} of ${first.length} stay with one`)
}

/** Joins the slot after the front's own. */
async function startSecondApp(t: TestContext, { stateDirectory }: Front, text: string): Promise<void> {
  const server = createServer((_request, response) => response.end(text))
  const slot = join(stateDirectory, 'run/slots/app-02.sock')
  await new Promise<void>((resolve) => server.listen(slot, resolve))
  chmodSync(slot, 0o777)
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
}

test('an app server whose answer comes too late is asked again at once', async (t) => {
  const front = await startFront(t, ({ url }, response) => {
    if (url !== '/explore') response.end('free')
  })
  // Two seconds, then NGINX answers with the plain document.
  assert.match((await ask(`${front.lb}/explore`)).text, /<!doctype html>/)
  assert.equal((await ask(`${front.lb}/api/instance`)).text, 'free')
})

test('with every place of every slot taken the answer is 503 at once, no slot rests for it, and then it goes on', async (t) => {
  const held: (() => void)[] = []
  const front = await startFront(
    t,
    ({ url = '', headers }, response) => {
      assert.match(String(headers['x-request-start']), /^t=\d{10}\.\d{3}$/)
      if (url === '/api/held') held.push(() => void response.end('held'))
      else response.end('free')
    },
    { MINIGRAM_LB_MAX_CONNS: '2', MINIGRAM_LB_FAIL_TIMEOUT: '60s' },
  )
  const holding = [ask(`${front.lb}/api/held`), ask(`${front.lb}/api/held`)]
  await eventually('two requests are held', 5_000, async () => (held.length === 2 ? true : null))
  const refused = await ask(`${front.lb}/api/instance`)
  assert.deepEqual([refused.status, refused.headers['retry-after']], [503, '1'])
  assert.equal(JSON.parse(refused.text).code, 'service.unavailable')
  assert.ok(!front.asked.includes('GET /api/instance'))
  assert.equal((await ask(`${front.lb}/health/ready`)).text, 'free', 'full is not unhealthy')
  for (const release of held) release()
  for (const answer of await Promise.all(holding)) assert.equal(answer.text, 'held')
  assert.equal((await ask(`${front.lb}/api/instance`)).text, 'free')
})
