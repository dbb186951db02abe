import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { request } from 'undici'
import { SECRET, startFront } from '../support/front.ts'

/** Longer than any of NGINX's time-outs for clients, which are at most 15 s. */
const CUT_DEADLINE_MS = 40_000
/** More than what the kernel takes off NGINX's hands for a client that does not read. */
const LARGE_BYTES = 64 * 1024 * 1024

/** Resolves to all that came back once the other side has ended the connection. */
function untilCut(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    socket.setEncoding('latin1').on('data', (part: string) => (text += part))
    socket.on('error', () => undefined).once('close', () => resolve(text))
    setTimeout(() => reject(new Error('the client was not cut')), CUT_DEADLINE_MS).unref()
  })
}

test('a client that is slow to ask, to send or to read is cut, and no app server hears of what never arrived', async (t) => {
  const front = await startFront(t, (_request, response) => response.end('{}'))
  const key = 'a'.repeat(32)
  mkdirSync(join(front.mediaDirectory, key))
  writeFileSync(join(front.mediaDirectory, key, '1280.jpg'), Buffer.alloc(LARGE_BYTES))
  const { port } = new URL(front.lb)
  const open = (text: string) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text))
    t.after(() => socket.destroy())
    return socket
  }
  const asking = open('GET /api/instance HTTP/1.1\r\nHost: x\r\n')
  const sending = open('POST /api/photos HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nthe beginning')
  const reading = open(`GET /media/${key}/1280.jpg HTTP/1.1\r\nHost: x\r\n\r\n`)
  // Not flowing: what has arrived stays where it is, until the other side gives up; then it is shown to be incomplete.
  reading.pause()
  const [, sent] = await Promise.all([untilCut(asking), untilCut(sending)])
  assert.match(sent, /^(HTTP\/1.1 408 |$)/)
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  const received = (await untilCut(reading.resume())).length
  assert.ok(received < LARGE_BYTES, `${received} bytes came although nobody read`)
  assert.deepEqual(front.asked, [])
  assert.equal((await request(`${front.lb}/api/instance`)).statusCode, 200)
})

test('an upload reaches an app server when it is there as a whole; one that is too large never does', async (t) => {
  let heardAtMs = 0
  const front = await startFront(t, (incoming, response) => {
    heardAtMs = Date.now()
    incoming.resume().on('end', () => response.end('{}'))
  })
  const { port } = new URL(front.lb)
  const socket = connect(Number(port), '127.0.0.1')
  t.after(() => socket.destroy())
  socket.write('POST /api/photos HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n')
  socket.write(Buffer.alloc(100_000))
  await new Promise((resolve) => setTimeout(resolve, 500))
  assert.deepEqual(front.asked, [])
  const restAtMs = Date.now()
  const answered = new Promise<string>((resolve) => socket.once('data', (part) => resolve(part.toString())))
  socket.write(Buffer.alloc(100_000))
  const answer = await answered
  assert.match(answer, /^HTTP\/1.1 200 /)
  assert.match(answer, /\r\nServer: nginx\r\n/i, 'and no version of it')
  assert.ok(heardAtMs >= restAtMs)

  const refused = await request(`${front.lb}/api/photos`, {
    method: 'POST',
    body: Buffer.alloc(22 * 1024 * 1024),
  }).catch(() => null)
  // Refused by its length, it is answered before it was read; some clients then see only the end of the connection.
  if (refused) {
    const problem = await refused.body.json()
    assert.deepEqual([refused.statusCode, (problem as { code: string }).code], [413, 'request.too_large'])
  }
  assert.deepEqual(front.asked, ['POST /api/photos'])
})

test('what broke off is asked of another app server where twice is as good as once, and never else', async (t) => {
  const front = await startFront(t, (incoming) => void incoming.socket.destroy(), { MINIGRAM_LB_MAX_FAILS: '0' })
  const second = createServer((_request, response) => response.end('second'))
  const slot = join(front.stateDirectory, 'run/slots/app-02.sock')
  await new Promise<void>((resolve) => second.listen(slot, resolve))
  chmodSync(slot, 0o777)
  t.after(() => {
    second.closeAllConnections()
    second.close()
  })
  const outcomes = async (method: 'GET' | 'HEAD' | 'PUT' | 'DELETE' | 'POST' | 'PATCH') => {
    const statuses: number[] = []
    for (let call = 0; call < 6; call += 1) {
      const answer = await request(`${front.lb}/api/feed`, { method })
      await answer.body.dump()
      statuses.push(answer.statusCode)
    }
    return statuses
  }
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE'] as const) {
    assert.deepEqual(new Set(await outcomes(method)), new Set([200]), method)
    assert.ok(front.asked.includes(`${method} /api/feed`), `the first was asked to ${method}, too`)
  }
  for (const method of ['POST', 'PATCH'] as const) {
    const statuses = await outcomes(method)
    const broken = front.asked.filter((line) => line === `${method} /api/feed`).length
    assert.ok(broken > 0, `${method} reached the first, too`)
    assert.deepEqual(statuses.filter((status) => status === 502).length, broken, `${method}: ${statuses.join()}`)
    assert.equal(statuses.filter((status) => status === 200).length, statuses.length - broken)
  }
})

test('an IPv6 client is its network: other addresses of it buy nothing, other networks have their own budget', async (t) => {
  const front = await startFront(t, (_request, response) => response.end('{}'), {
    MINIGRAM_LB_RATE: '1r/m',
    MINIGRAM_LB_BURST: '2',
  })
  const statuses = async (...addresses: string[]) => {
    const seen = []
    for (const address of addresses) {
      const headers = { 'x-edge-secret': SECRET, 'x-forwarded-for': address }
      const answer = await request(`${front.lb}/api/instance`, { headers })
      await answer.body.dump()
      seen.push(answer.statusCode)
    }
    return seen
  }
  const [spent, last] = [[200, 200, 200, 429], 4]
  for (const network of ['2001:db8:1:2:', '2001:DB8:1:3:', '2001:db8:1:', '2001:db8:', 'fe80:'])
    assert.deepEqual(await statuses(...Array.from({ length: last }, (_, at) => `${network}:${at + 1}`)), spent, network)
  assert.deepEqual(
    await statuses('2001:db8:1:4:a:b:c:1', '2001:db8:1:4:a:b::2', '2001:db8:1:4::', '2001:db8:1:4:9:8:7:6'),
    spent,
  )
  assert.deepEqual(
    await statuses('192.0.2.1', '192.0.2.2', '::ffff:192.0.2.3', '::ffff:192.0.2.4'),
    [200, 200, 200, 200],
  )
})
