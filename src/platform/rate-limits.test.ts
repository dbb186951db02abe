import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../../test/support/app.ts'
import { eventually } from '../../test/support/eventually.ts'
import { newMediaKey } from './ids.ts'
import { clientKey, createRateLimit, limited } from './rate-limits.ts'

const reply = { header: () => reply as never }

test('a client is its IPv4 address or its IPv6 network', () => {
  for (const [address, key] of [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['unknown', 'unknown'],
  ] as const) {
    assert.equal(clientKey(address), key, address)
  }
})

test('app servers count together, and what does not count is given back', async (t) => {
  const app = await startApp(t)
  await eventually('redis-main is connected', 20_000, async () =>
    app.services.redisMain.client.status === 'ready' ? true : null,
  )
  const options = { name: `test-${newMediaKey()}`, points: 2, windowSeconds: 60 }
  const [one, other] = [options, options].map((each) => createRateLimit(app.services.redisMain, each))
  assert.ok(one && other)
  const attempt = (limit: typeof one, counts: boolean) =>
    limited(
      reply,
      [[limit, 'ann']],
      () => counts,
      () => Promise.resolve('done'),
    )
  for (let count = 0; count < 5; count += 1) assert.equal(await attempt(one, false), 'done')
  await attempt(one, true)
  await attempt(other, true)
  await assert.rejects(attempt(one, true), { code: 'request.rate_limited', status: 429 })
  await assert.rejects(attempt(other, true), { code: 'request.rate_limited' })
})

test('while Redis is away each server counts for itself', async (t) => {
  const app = await startApp(t, { MINIGRAM_REDIS_MAIN: '127.0.0.1:1' })
  const limit = createRateLimit(app.services.redisMain, { name: 'test', points: 1, windowSeconds: 60 })
  assert.equal((await limit.take('ann')).isAllowed, true)
  assert.equal((await limit.take('ann')).isAllowed, false)
  assert.equal((await limit.take('bob')).isAllowed, true)
})
