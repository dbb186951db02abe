import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../support/app.ts'
import { startOwnRedis, until } from '../support/replicas.ts'

const CALLS = 40

test('a frozen redis-main costs a few requests their patience, not every one, and is used again when it answers', async (t) => {
  const frozen = await startOwnRedis(t)
  const app = await startApp(t, { MINIGRAM_REDIS_MAIN: `127.0.0.1:${frozen.port}` })
  const { redisMain } = app.services
  const [ann] = await app.people('ann')
  frozen.process.kill('SIGSTOP')
  await until('its connection is dropped', 20_000, async () => {
    assert.equal((await ann.get('/api/accounts/me')).status, 200)
    return redisMain.epoch() === null
  })
  const startedAt = Date.now()
  for (let call = 0; call < CALLS; call += 1) assert.equal((await ann.get('/api/accounts/me')).status, 200)
  assert.equal((await ann.send('PATCH', '/api/accounts/me', { bio: 'written meanwhile' })).status, 200)
  // With a time-out of one second each it would be forty at least.
  assert.ok(Date.now() - startedAt < 20_000, `${CALLS} requests took ${Date.now() - startedAt} ms`)

  frozen.process.kill('SIGCONT')
  await until('it is asked again', 20_000, () => redisMain.epoch() !== null)
  assert.equal((await ann.get('/api/accounts/me')).body.bio, 'written meanwhile')
})
