import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPasswords } from './passwords.ts'

test('only the same password is right, in whatever normal form it is typed', async () => {
  const passwords = createPasswords()
  const stored = await passwords.hash('Zo\u00eb’s secret')
  assert.equal(await passwords.verify(stored, 'Zoe\u0308’s secret'), true)
  assert.equal(await passwords.verify(stored, 'Zoe’s secret'), false)
  assert.equal(await passwords.verify(stored, ''), false)
  assert.notEqual(await passwords.hash('same'), await passwords.hash('same'))
})

test('nobody has no password, and asking costs as much', async () => {
  const passwords = createPasswords()
  const stored = await passwords.hash('a password')
  const timed = async (target: string | null) => {
    const from = performance.now()
    for (let count = 0; count < 5; count += 1) assert.equal(await passwords.verify(target, 'another'), false)
    return performance.now() - from
  }
  await timed(stored)
  const ratio = (await timed(null)) / (await timed(stored))
  assert.ok(ratio > 0.3 && ratio < 3, `${ratio}`)
})

test('a hash says when it was made with other settings', async () => {
  const passwords = createPasswords()
  const stored = await passwords.hash('a password')
  assert.equal(passwords.needsRehash(stored), false)
  assert.equal(passwords.needsRehash(stored.replace('t=2', 't=1')), true)
  assert.throws(() => passwords.needsRehash('$2b$10$bcrypt'), /not an Argon2id/)
})

test('whoever comes when too many wait is sent away, and the others are served', async () => {
  const passwords = createPasswords({ waitingMax: 3 })
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => passwords.hash('a password')))
  const refused = results.filter((result) => result.status === 'rejected')
  assert.equal(refused.length, 4)
  for (const { reason } of refused) assert.equal(reason.code, 'service.unavailable')
  assert.ok(await passwords.hash('a password'))
})
