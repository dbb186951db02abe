import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../../test/support/app.ts'
import { assertRefused, type Answer } from '../../test/support/person.ts'
import { eventually } from '../../test/support/eventually.ts'
import { createClassLimits } from './class-limits.ts'
import type { CallLimits } from './config.ts'
import { createGatheredLimit } from './gathered-limit.ts'
import { newMediaKey } from './ids.ts'
import { createLog } from './log.ts'
import { openRedisMain } from './redis.ts'

const log = createLog('test', 'fatal')
const limits: CallLimits = { readsPerMinute: 3, writesPerMinute: 3, uploadsPerHour: 2 }
const remaining = (answer: Answer) => Number(/"\w+";r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1])

/** Away from the end of a minute, so that what belongs to one window stays in it. */
async function withinOneMinute(): Promise<void> {
  const leftMs = 60_000 - (Date.now() % 60_000)
  if (leftMs < 15_000) await new Promise((resolve) => setTimeout(resolve, leftMs))
}

test('every call tells what is left, and the one too many is told when to come back', async (t) => {
  await withinOneMinute()
  const app = await startApp(t, { MINIGRAM_LIMIT_READS_PER_MINUTE: '5', MINIGRAM_LIMIT_WRITES_PER_MINUTE: '2' })
  const [ann, bob] = await app.people('ann', 'bob')
  const first = await ann.get('/api/feed')
  assert.match(first.headers.get('ratelimit') ?? '', /^"read";r=4;t=\d+$/)
  assert.equal(first.headers.get('ratelimit-policy'), '"read";q=5;w=60')
  for (let left = 3; left >= 0; left -= 1) assert.equal(remaining(await ann.get('/api/feed')), left)
  const refused = await ann.get('/api/feed')
  assertRefused(refused, 429, 'request.rate_limited')
  assert.ok(Number(refused.headers.get('retry-after')) >= 1)
  assert.equal(refused.headers.get('cache-control'), 'private, no-store')
  assert.equal((await bob.get('/api/feed')).status, 200, 'a budget is one person’s')

  const follow = `/api/accounts/${bob.username}/follow`
  assert.equal((await ann.send('PUT', follow)).status, 200, 'writes have a budget of their own')
  assert.equal((await ann.send('DELETE', follow)).status, 200)
  assertRefused(await ann.send('PUT', follow), 429, 'request.rate_limited')
  assert.equal((await ann.get('/health/live')).status, 200, 'health has none')
})

test('an account has one budget from wherever it calls, and visitors one per address or IPv6 network', async (t) => {
  await withinOneMinute()
  const app = await startApp(t, { MINIGRAM_LIMIT_READS_PER_MINUTE: '10' })
  const [ann] = await app.people('ann')
  const from = (address: string) => ({ 'x-real-ip': address })
  assert.equal(remaining(await ann.get('/api/feed', from('192.0.2.1'))), 9)
  assert.equal(remaining(await ann.get('/api/feed', from('192.0.2.2'))), 8)

  const visitor = app.visitor()
  const look = (address: string, forged: Record<string, string> = {}) =>
    visitor.get('/api/search/accounts?q=a', { ...from(address), ...forged })
  const [prefix, other] = [`2001:db8:${newMediaKey().slice(0, 4)}:1`, `2001:db8:${newMediaKey().slice(0, 4)}:2`]
  assert.equal(remaining(await look(`${prefix}::1`)), 9)
  assert.equal(remaining(await look(`${prefix}:ffff::2`)), 8)
  assert.equal(remaining(await look(`${other}::1`)), 9, 'another client behind the same proxy')
  assert.equal(remaining(await look(`${prefix}::3`, { 'x-forwarded-for': '192.0.2.99', forwarded: 'for=1.2.3.4' })), 7)
})

test('an upload takes from its own budget, narrow first', async (t) => {
  const app = await startApp(t, { MINIGRAM_LIMIT_UPLOADS_PER_HOUR: '1', MINIGRAM_LIMIT_WRITES_PER_MINUTE: '2' })
  const [ann] = await app.people('ann')
  const notAPicture = await ann.uploads('/api/photos', Buffer.from('text'))
  assertRefused(notAPicture, 415, 'media.unsupported')
  assert.match(notAPicture.headers.get('ratelimit') ?? '', /^"upload";r=0;t=\d+, "write";r=1;t=\d+$/)
  assertRefused(await ann.uploads('/api/photos', Buffer.from('text')), 429, 'request.rate_limited')
  assert.equal((await ann.send('PATCH', '/api/accounts/me', { bio: 'x' })).status, 200)
})

test('app servers learn within a second or two what the others have counted', async (t) => {
  await withinOneMinute()
  const app = await startApp(t)
  const options = { name: `test-${newMediaKey()}`, points: 10, windowSeconds: 60 }
  const [one, other] = [options, options].map((each) => createGatheredLimit(app.services.redisMain, each, log))
  assert.ok(one && other)
  t.after(() => Promise.all([one[Symbol.asyncDispose](), other[Symbol.asyncDispose]()]))
  for (let call = 0; call < 6; call += 1) assert.ok((await one.take('ann')).isAllowed)
  for (let call = 0; call < 3; call += 1) assert.ok((await other.take('ann')).isAllowed)
  await eventually('the ninth call is known everywhere', 5_000, async () => {
    // A look without a trace: what is taken is given back.
    const { remaining, isAllowed } = await one.take('ann')
    if (isAllowed) await one.giveBack('ann')
    return remaining === 0 ? true : null
  })
  assert.ok((await one.take('ann')).isAllowed)
  assert.equal((await one.take('ann')).isAllowed, false)
})

test('with redis-main down nothing fails, and each server still limits by itself', async (t) => {
  const down = openRedisMain({ host: '127.0.0.1', port: 1 }, 'test', log)
  const classes = createClassLimits(down, limits, log)
  t.after(async () => {
    await classes[Symbol.asyncDispose]()
    await down[Symbol.asyncDispose]()
  })
  const reply = { header: () => reply as never }
  await withinOneMinute()
  for (const [limitClass, allowed] of [
    ['read', 3],
    ['upload', 2],
    ['write', 1],
  ] as const) {
    for (let call = 0; call < allowed; call += 1) await classes.take(limitClass, 'ann', reply)
    await assert.rejects(classes.take(limitClass, 'ann', reply), { code: 'request.rate_limited' }, limitClass)
  }
  await classes.take('none', 'ann', reply)
})
