import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { createCloudflare, type CloudflareOptions } from './cloudflare.ts'

interface Call {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: { tags: string[] }
}

/** Stands for the vendor's API, which these tests never reach: it checks what the API document asks for. */
async function startApi(t: TestContext, options: Partial<CloudflareOptions> = {}) {
  const api = {
    calls: [] as Call[],
    status: 200,
    headers: {} as Record<string, string>,
    answer: { success: true, errors: [] as object[], messages: [], result: { id: 'zone' } },
    nowMs: 1_000_000,
  }
  const server = createServer((incoming, response) => {
    let text = ''
    incoming.setEncoding('utf8').on('data', (part: string) => (text += part))
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming
      api.calls.push({ method, url, headers, body: JSON.parse(text) })
      response
        .writeHead(api.status, { 'content-type': 'application/json', ...api.headers })
        .end(JSON.stringify(api.answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  // Listening on TCP, so its address is no string.
  const apiOrigin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const nowMs = () => api.nowMs
  const cdn = createCloudflare({ zone: 'zone1', token: 'secret', plan: 'pro', apiOrigin, nowMs, ...options })
  return { api, cdn }
}
const tags = (count: number) => Array.from({ length: count }, (_, nr) => `media-${nr}`)
const DONE = { left: [], retryAfterMs: 0 }

test('tags go to the zone with the token, a hundred a call', async (t) => {
  const { api, cdn } = await startApi(t)
  assert.deepEqual(await cdn.purge(tags(250)), DONE)
  assert.deepEqual(
    api.calls.map(({ method, url, headers, body }) => [
      `${method} ${url}`,
      headers.authorization,
      headers['content-type'],
      body.tags.length,
    ]),
    [100, 100, 50].map((count) => [
      'POST /client/v4/zones/zone1/purge_cache',
      'Bearer secret',
      'application/json',
      count,
    ]),
  )
  assert.deepEqual(
    api.calls.flatMap(({ body }) => body.tags),
    tags(250),
  )
  assert.deepEqual(Object.keys(api.calls[0]?.body ?? {}), ['tags'])
})

test('the bucket of the plan is never overdrawn, and what is left comes later', async (t) => {
  const { api, cdn } = await startApi(t, { plan: 'free' })
  const first = await cdn.purge(tags(3_000))
  assert.equal(api.calls.length, 25)
  assert.equal(first.left.length, 500)
  assert.equal(first.retryAfterMs, 12_000, 'five a minute')
  api.nowMs += 12_000
  const second = await cdn.purge(first.left)
  assert.equal(api.calls.length, 26)
  assert.equal(second.left.length, 400)
})

test('too many requests, or their failure, mean later: when they say, else in five seconds', async (t) => {
  const { api, cdn } = await startApi(t)
  for (const [status, headers, retryAfterMs] of [
    [429, { 'retry-after': '7' }, 7_000],
    [429, {}, 5_000],
    [503, { 'retry-after': new Date(api.nowMs + 30_000).toUTCString() }, 30_000],
    [500, { 'retry-after': 'soon' }, 5_000],
  ] as const) {
    Object.assign(api, { status, headers })
    assert.deepEqual(await cdn.purge(['media-1']), { left: ['media-1'], retryAfterMs })
  }
})

test('a refusal is an error that tells what they said, not the token', async (t) => {
  const { api, cdn } = await startApi(t)
  api.status = 403
  api.answer = { ...api.answer, success: false, errors: [{ code: 10_000, message: 'Authentication error' }] }
  const refused = (error: Error) => /403.*Authentication error/.test(error.message) && !error.message.includes('secret')
  await assert.rejects(cdn.purge(['media-1']), refused)
  api.status = 200
  await assert.rejects(cdn.purge(['media-1']), /200.*Authentication error/, 'the envelope counts, not the status')
})
