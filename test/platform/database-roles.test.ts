import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../support/app.ts'
import { addressesOf, startReplicated, until } from '../support/replicas.ts'

const NO_LIMITS = { MINIGRAM_LIMIT_READS_PER_MINUTE: '1000000', MINIGRAM_LIMIT_WRITES_PER_MINUTE: '1000000' }

test('a replica that dies costs no read, and is read again when it is back; with two primaries nobody writes', async (t) => {
  const nodes = await startReplicated(t, ['0'])
  const [, replica = assert.fail()] = nodes
  const app = await startApp(t, { ...NO_LIMITS, MINIGRAM_POSTGRES_NODES: addressesOf(nodes) })
  const role = () => app.services.postgres.nodes.find(({ name }) => name === 'pg2')?.state.role
  await until('the replica is read', 30_000, () => role() === 'replica')
  const [ann] = await app.people('ann')
  let searches = 0
  const read = async () => (await app.visitor().get(`/api/search/accounts?q=nobody${searches++}`)).status
  const write = (bio: string) => ann.send('PATCH', '/api/accounts/me', { bio })

  await t.test('a replica that dies', async () => {
    const reads = Array.from({ length: 20 }, read)
    await replica.kill()
    await until('it has left', 10_000, async () => {
      reads.push(read(), read())
      return role() === 'unknown'
    })
    assert.deepEqual([...new Set(await Promise.all(reads))], [200])
    replica.start()
    await until('it is read again', 30_000, () => role() === 'replica')
    assert.equal(await read(), 200)
  })
  await t.test('two primaries', async () => {
    await app.services.postgres.nodes.find(({ name }) => name === 'pg2')?.pool.query('select pg_promote()')
    await until('both say so', 10_000, () => role() === 'primary')
    const refused = await write('to whom?')
    assert.deepEqual([refused.status, refused.body.code], [503, 'service.no_primary'])
    assert.ok(Number(refused.headers.get('retry-after')) > 0)
    assert.equal(await read(), 200)
    await replica.kill()
    await until('one is left', 10_000, async () => (await write('to the only one')).status === 200)
    assert.equal((await ann.get('/api/accounts/me')).body.bio, 'to the only one')
  })
})
