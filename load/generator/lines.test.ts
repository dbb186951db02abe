import assert from 'node:assert/strict'
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { openLines, type Lines } from './lines.ts'

const REQUEST = { head: 'GET / HTTP/1.1\r\nHost: here\r\n\r\n', body: null, keepsBody: true, timeoutMs: 5_000 }
const answer = (text: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`

/** A server that does `serve` with the nth request of the nth connection, both from 1. */
async function start(t: TestContext, serve: (socket: Socket, connection: number, request: number) => void) {
  let connections = 0
  const server: Server = createServer((socket) => {
    const connection = (connections += 1)
    let request = 0
    socket.on('error', () => undefined)
    socket.on('data', () => serve(socket, connection, (request += 1)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  let retries = 0
  // Listening on TCP, so its address is no string.
  const { port } = server.address() as AddressInfo
  const lines: Lines = openLines({ host: '127.0.0.1', port, isTls: false, localAddress: '127.66.6.6' }, () => retries++)
  t.after(() => {
    lines.destroy()
    server.close()
  })
  return { lines, connections: () => connections, retries: () => retries }
}

test('a connection is kept for the next request', async (t) => {
  const { lines, connections } = await start(t, (socket, _connection, request) => socket.write(answer(`${request}`)))
  for (const expected of ['1', '2', '3']) assert.equal(String((await lines.ask(REQUEST, true)).body), expected)
  assert.equal(connections(), 1)
})

test('requests at once use up to six connections, the others wait for one', async (t) => {
  const { lines, connections } = await start(t, (socket) => setTimeout(() => socket.write(answer('here')), 20))
  const answers = await Promise.all(Array.from({ length: 20 }, () => lines.ask(REQUEST, true)))
  assert.equal(answers.length, 20)
  assert.equal(connections(), 6)
})

test('a client comes from its own address', async (t) => {
  const { lines } = await start(t, (socket) => socket.write(answer(socket.remoteAddress ?? '')))
  assert.equal(String((await lines.ask(REQUEST, true)).body), '127.66.6.6')
})

test('a reused connection that closes before any byte is followed by one more try, and counted', async (t) => {
  const { lines, retries } = await start(t, (socket, connection, request) =>
    connection === 1 && request === 2 ? socket.destroy() : socket.write(answer(`${connection}`)),
  )
  assert.equal(String((await lines.ask(REQUEST, true)).body), '1')
  assert.equal(String((await lines.ask(REQUEST, true)).body), '2')
  assert.equal(retries(), 1)
})

test('it is not followed by another where that could have a second effect', async (t) => {
  const { lines, retries } = await start(t, (socket, _connection, request) =>
    request === 2 ? socket.destroy() : socket.write(answer('here')),
  )
  await lines.ask(REQUEST, false)
  await assert.rejects(lines.ask(REQUEST, false), { message: /closed|ECONNRESET/ })
  assert.equal(retries(), 0)
})

test('a fresh connection that closes without an answer is a failure', async (t) => {
  const { lines, retries } = await start(t, (socket) => socket.destroy())
  await assert.rejects(lines.ask(REQUEST, true), { hadNoByte: true, wasReused: false })
  assert.equal(retries(), 0)
})

test('an answer that breaks off is a failure, also on a reused connection', async (t) => {
  const { lines, retries } = await start(t, (socket, _connection, request) =>
    request === 1 ? socket.write(answer('here')) : socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'),
  )
  await lines.ask(REQUEST, true)
  await assert.rejects(lines.ask(REQUEST, true), { hadNoByte: false })
  assert.equal(retries(), 0)
})

test('silence is a failure after the timeout, and the connection is given up', async (t) => {
  const { lines, connections } = await start(t, (socket, connection) => {
    if (connection > 1) socket.write(answer('here'))
  })
  await assert.rejects(lines.ask({ ...REQUEST, timeoutMs: 50 }, true), { message: 'timeout' })
  assert.equal(String((await lines.ask(REQUEST, true)).body), 'here')
  assert.equal(connections(), 2)
})

test('nobody listening is a failure that names itself', async (t) => {
  const { lines } = await start(t, () => undefined)
  lines.destroy()
  const closed = openLines({ host: '127.0.0.1', port: 1, isTls: false, localAddress: null }, () => undefined)
  await assert.rejects(closed.ask(REQUEST, true), { message: 'ECONNREFUSED' })
})
