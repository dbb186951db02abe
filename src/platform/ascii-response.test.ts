import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { AsciiResponse } from './ascii-response.ts'

test('whatever is sent arrives as it was', async (t) => {
  const texts = ['', 'plain', 'Łódź 🚲', 'a'.repeat(40_000), `${'a'.repeat(40_000)}é`]
  const given = [...texts, ...texts.map((text) => Buffer.from(text)), undefined]
  let next: (typeof given)[number]
  const server = createServer({ ServerResponse: AsciiResponse }, ({ url }, response) => {
    const length = next === undefined ? 0 : Buffer.byteLength(next)
    if (url === '/said') response.writeHead(200, { 'content-length': length })
    else response.setHeader('content-length', length)
    if (next === undefined) response.end()
    else response.end(next, () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  // A server that listens on a port has an address.
  const { port } = server.address() as AddressInfo
  for (next of given)
    for (const path of ['', 'said']) {
      const answer = await fetch(`http://127.0.0.1:${port}/${path}`)
      assert.equal(await answer.text(), String(next ?? ''))
    }
})
