import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { request } from 'undici'
import { createEdge } from '../../src/platform/edge-purge.ts'
import { curl, SECRET, startFront } from '../support/front.ts'

const KEYS = ['a', 'b'].map((letter) => letter.repeat(32))
const [ONE = '', TWO = ''] = KEYS.map((key) => `/media/${key}/320.jpg`)

async function ask(url: string, headers: Record<string, string> = {}, method = 'GET') {
  const answer = await request(url, { headers, method: method as 'GET' })
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() }
}

/** An app server that tells what it is told about its client, and two photos on disk. */
async function startPop(t: TestContext, settings: Record<string, string> = {}) {
  const front = await startFront(
    t,
    ({ headers }, response) => {
      const { 'x-real-ip': address, 'x-forwarded-proto': scheme, 'x-edge-secret': secret } = headers
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ address, scheme, secret }))
    },
    settings,
  )
  for (const key of KEYS) {
    mkdirSync(join(front.mediaDirectory, key))
    writeFileSync(join(front.mediaDirectory, key, '320.jpg'), key)
  }
  await front.startEdge()
  return front
}

test('a photo is a hit for a day, and gone from the PoP once its tag is purged and read as gone', async (t) => {
  const front = await startPop(t)
  assert.match(String((await ask(front.edge + ONE)).headers['cache-status']), /edge1; fwd=miss; stored$/)
  const hit = await ask(`${front.edge}${ONE}?nr=1`, { cookie: 'mg=1' })
  assert.match(String(hit.headers['cache-status']), /edge1; hit; ttl=863\d\d|edge1; hit; ttl=86400/)
  assert.equal(hit.headers['cache-control'], 'public, max-age=3600')
  await ask(front.edge + TWO)

  const purge = (headers: Record<string, string>) =>
    ask(front.edgePurge, { 'xkey-purge': 'media-' + 'a'.repeat(32), ...headers }, 'PURGE')
  for (const headers of [{}, { 'x-edge-secret': '' }, { 'x-edge-secret': 'a guess' }])
    assert.equal((await purge(headers)).status, 403)
  assert.equal((await ask(front.edgePurge + ONE)).status, 403, 'reads there need the secret, too')
  assert.equal((await ask(front.edge, { 'x-edge-secret': SECRET, 'xkey-purge': 'x' }, 'PURGE')).status, 405)
  assert.match(String((await ask(front.edge + ONE)).headers['cache-status']), /edge1; hit/)

  const edge = createEdge({ targets: () => [front.edgePurge], secret: SECRET })
  const gone = { tags: [`media-${KEYS[0]}`], paths: [ONE] }
  await assert.rejects(edge.forget(gone), /still answers 200/, 'the origin has it, so the proof fails')
  rmSync(join(front.mediaDirectory, KEYS[0] ?? ''), { recursive: true })
  await edge.forget(gone)
  assert.equal((await ask(front.edge + ONE)).status, 404)
  assert.match(String((await ask(front.edge + TWO)).headers['cache-status']), /edge1; hit/, 'the other photo stays')
})

test('a stale photo is served while the origin is away', async (t) => {
  const front = await startPop(t, { MINIGRAM_EDGE_TTL: '1s' })
  await ask(front.edge + ONE)
  await front.stopLb()
  await new Promise((resolve) => setTimeout(resolve, 1_200))
  for (const _ of [1, 2, 3]) {
    assert.equal((await ask(front.edge + ONE)).status, 200)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.equal((await ask(front.edge + TWO)).status, 503, 'what it never had it does not have')
})

test('HTTPS ends at NGINX with HTTP/2, for the edge as well, and the client’s address survives', async (t) => {
  const front = await startPop(t)
  const from = ['-k', '--interface', '127.0.9.9']
  const seen = async (origin: string, ...args: string[]) =>
    JSON.parse(await curl(...from, ...args, `${origin}/api/instance`))
  for (const origin of [front.lbTls, front.edgeTls]) {
    assert.equal(await curl('-k', '--http2', '-o', '/dev/null', '-w', '%{http_version}', `${origin}/api/instance`), '2')
    assert.deepEqual(await seen(origin), { address: '127.0.9.9', scheme: 'https' }, origin)
    const forged = [
      'X-Forwarded-For: 10.1.1.1',
      'X-Forwarded-Proto: http',
      'X-Edge-Secret: a guess',
      'X-Real-IP: 10.1.1.1',
    ]
    assert.deepEqual(await seen(origin, ...forged.flatMap((line) => ['-H', line])), {
      address: '127.0.9.9',
      scheme: 'https',
    })
  }
  assert.deepEqual(await seen(front.edge), { address: '127.0.9.9', scheme: 'http' })
  assert.deepEqual(await seen(front.edge, '-H', 'X-Forwarded-For: 10.1.1.1', '-H', 'X-Forwarded-Proto: https'), {
    address: '127.0.9.9',
    scheme: 'http',
  })
  for (const old of ['--tlsv1.0', '--tlsv1.1'])
    await assert.rejects(curl('-k', old, '--tls-max', old.slice(-3), `${front.lbTls}/api/instance`))
  assert.match(
    await curl('-k', '-D', '-', '-o', '/dev/null', `${front.edgeTls}${ONE}`),
    /cache-status: edge1; fwd=miss; stored/,
  )
  const page = await curl('-k', '-D', '-', `${front.lbTls}/settings`)
  assert.match(page, new RegExp(`img-src 'self' data: blob: ${front.edgeTls};`))
  assert.doesNotMatch(page, /strict-transport-security/i, 'not with a certificate that browsers do not know')
})

test('with the redirect on, plain HTTP leads to HTTPS, but for trusted hops and certificate authorities', async (t) => {
  const front = await startPop(t, { MINIGRAM_TLS_REDIRECT: 'on' })
  for (const [plain, secure] of [
    [front.lb, front.lbTls],
    [front.edge, front.edgeTls],
  ]) {
    const { status, headers } = await ask(`${plain}${ONE}?a=b`)
    assert.deepEqual([status, headers['location']], [308, `${secure}${ONE}?a=b`])
  }
  assert.equal((await ask(`${front.lb}/api/instance`, { 'x-edge-secret': SECRET })).status, 200)
  assert.equal((await ask(`${front.lb}/.well-known/acme-challenge/none`)).status, 404)
  for (const origin of [front.lbTls, front.edgeTls])
    assert.match(
      await curl('-k', '-D', '-', '-o', '/dev/null', `${origin}${ONE}`),
      /^strict-transport-security: max-age=31536000\r$/im,
    )
})
