import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { openRelay } from './relay.ts'
import { openRelays } from './relays.ts'

/** A server on a port of its own. */
async function serve(t: TestContext, onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, onConnection).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}
const echo = (socket: Socket) => void socket.pipe(socket)

async function answerOf(port: number, bytes: Uint8Array): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.end(bytes)
  const parts: Buffer[] = []
  for await (const part of socket) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

test('nothing is lost and nothing changes places, also when more is sent than may be under way', async (t) => {
  const port = await serve(t, echo)
  await using relay = await openRelay({ roundTripMs: 30, host: '127.0.0.1', port })
  const sent = [1_000, 20 * 2 ** 20].map((length) => randomBytes(length))
  const received = await Promise.all(sent.map((bytes) => answerOf(relay.port, bytes)))
  const digests = (list: Buffer[]) => list.map((bytes) => createHash('sha256').update(bytes).digest('hex'))
  assert.deepEqual(digests(received), digests(sent))
})

test('the first answer takes two round trips, further ones on the connection one', async (t) => {
  const port = await serve(t, echo)
  await using relay = await openRelay({ roundTripMs: 200, host: '127.0.0.1', port })
  const socket = connect(relay.port, '127.0.0.1')
  t.after(() => socket.destroy())
  const elapsed = async () => {
    const startMs = performance.now()
    socket.write('x')
    await once(socket, 'data')
    return performance.now() - startMs
  }
  // At least: how much longer a busy machine takes is no matter of the relay.
  const first = await elapsed()
  assert.ok(first >= 399, `${first} ms`)
  const second = await elapsed()
  assert.ok(second >= 199, `${second} ms`)
  assert.ok(second < first, `${second} ms after ${first} ms`)
})

test('a large answer takes the round trips of slow start, and the next one on the connection fewer', async (t) => {
  const size = 100_000
  const port = await serve(t, (socket) => socket.on('data', () => socket.write(Buffer.alloc(size))))
  await using relay = await openRelay({ roundTripMs: 100, host: '127.0.0.1', port })
  const socket = connect(relay.port, '127.0.0.1')
  t.after(() => socket.destroy())
  let bytes = 0
  const arrived = new EventEmitter()
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes % size === 0) arrived.emit('answer')
  })
  const elapsed = async () => {
    const startMs = performance.now()
    socket.write('x')
    await once(arrived, 'answer')
    return performance.now() - startMs
  }
  // Handshake and request; then 14,600, 29,200 and 58,400 bytes, of which the first come with the request's own round trip.
  const first = await elapsed()
  assert.ok(first >= 399, `${first} ms`)
  assert.ok((await elapsed()) < first)
})

test('the server sees the address that the link was given, and learns of the end', async (t) => {
  const ended = Promise.withResolvers<string | undefined>()
  const port = await serve(t, (socket) => {
    socket.resume().once('end', () => {
      ended.resolve(socket.remoteAddress)
      socket.end()
    })
  })
  await using relay = await openRelay({ roundTripMs: 10, host: '127.0.0.1', port, localAddress: '127.90.0.7' })
  assert.equal((await answerOf(relay.port, new Uint8Array())).length, 0)
  assert.equal(await ended.promise, '127.90.0.7')
})

test('where nobody listens at the far end the near one is closed', async (t) => {
  const port = await serve(t, echo)
  await using relay = await openRelay({ roundTripMs: 10, host: '127.0.0.2', port })
  const socket = connect(relay.port, '127.0.0.1').on('error', () => undefined)
  await once(socket, 'close')
})

test('relays in a process of their own end when they are disposed of', async (t) => {
  const port = await serve(t, echo)
  await using relays = await openRelays([
    { roundTripMs: 5, host: '127.0.0.1', port },
    { roundTripMs: 50, host: '127.0.0.1', port },
  ])
  const [near = 0, far = 0] = relays.ports
  assert.deepEqual(await Promise.all([answerOf(near, Buffer.from('a')), answerOf(far, Buffer.from('b'))]), [
    Buffer.from('a'),
    Buffer.from('b'),
  ])
  await relays[Symbol.asyncDispose]()
  await assert.rejects(answerOf(near, Buffer.from('c')))
})
