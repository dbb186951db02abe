import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { get, isRedisHealthy, parseCluster } from './probes.ts'

test('a server that accepts and says nothing is not healthy', async (t) => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  assert.equal(await get({ port }, '/', 100), null)
  assert.equal(await isRedisHealthy(port, 'secret', 100), false)
})

test("Patroni's cluster names one primary, whatever kind of standby the others are", () => {
  const body = JSON.stringify({
    members: [
      { name: 'pg1', role: 'leader', state: 'running', timeline: 1 },
      { name: 'pg2', role: 'quorum_standby', state: 'streaming', timeline: 1, lag: 0 },
      { name: 'pg3', role: 'replica', state: 'starting', lag: 'unknown' },
    ],
  })
  const roles = parseCluster(body).map(({ name, role, lagBytes }) => [name, role, lagBytes])
  assert.deepEqual(roles, [
    ['pg1', 'primary', null],
    ['pg2', 'replica', 0],
    ['pg3', 'replica', null],
  ])
})
