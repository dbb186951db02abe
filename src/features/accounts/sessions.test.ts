import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import { assertRefused, createPerson, PASSWORD, type Person } from '../../../test/support/person.ts'
import { AppError } from '../../platform/errors.ts'
import { createAccountOperations } from './account-operations.service.ts'
import { createSessionCopies } from './session-copies.ts'
import { accountIdIn, hashToken, newSessionToken } from './session-token.ts'
import { createSessions } from './sessions.service.ts'

async function secondDevice(app: TestApp, person: Person): Promise<Person> {
  const device = createPerson(app.origin)
  const credentials = { username: person.username, password: PASSWORD }
  const answer = await device.send('POST', '/api/sessions', credentials, { 'user-agent': 'Second/1.0' })
  device.username = person.username
  device.token = answer.body.token
  return device
}

const isIn = async (person: Person) => (await person.get('/api/accounts/me')).status === 200

/** Keys of session copies; each test's tokens are its own, so that other tests on the same Redis do not matter. */
async function copyKey(app: TestApp, person: Person): Promise<string | undefined> {
  const keys = await app.services.redisMain.client.keys(`session:*:${hashToken(person.token)}`)
  return keys[0]
}

test('a visitor sees and ends no sessions', async (t) => {
  const app = await startApp(t)
  const visitor = app.visitor()
  assertRefused(await visitor.get('/api/sessions'), 401, 'session.required')
  assertRefused(await visitor.send('DELETE', '/api/sessions/current'), 401, 'session.required')
  for (const token of [
    'x',
    '%00',
    'A'.repeat(64),
    'A'.repeat(10_000),
    newSessionToken('00000000-0000-7000-8000-000000000000'),
  ]) {
    assertRefused(await visitor.get('/api/sessions', { authorization: `Bearer ${token}` }), 401, 'session.required')
    assert.equal((await visitor.get('/api/instance', { authorization: `Bearer ${token}` })).status, 200)
  }
})

test('nobody can end the session of somebody else', async (t) => {
  const app = await startApp(t)
  const [ann, bob] = await app.people('ann', 'bob')
  const { id } = (await ann.get('/api/sessions')).body.items[0]
  assertRefused(await bob.send('DELETE', `/api/sessions/${id}`), 404, 'session.not_found')
  assertRefused(await bob.send('DELETE', '/api/sessions/not-an-id'), 400, 'request.invalid')
  assert.ok(await isIn(ann))
})

test('a person sees their devices and signs another one out', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const device = await secondDevice(app, ann)
  assert.ok(await isIn(device))
  const { items } = (await ann.get('/api/sessions')).body
  assert.equal(items.length, 2)
  const other = items.find((item: { isCurrent: boolean }) => !item.isCurrent)
  assert.equal(other.userAgent, 'Second/1.0')
  assert.equal((await ann.send('DELETE', `/api/sessions/${other.id}`)).status, 204)
  assert.ok(!(await isIn(device)))
  assert.ok(await isIn(ann))
  assertRefused(await ann.send('DELETE', `/api/sessions/${other.id}`), 404, 'session.not_found')
})

test('a token names its account and is not stored', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const { id } = (await ann.get('/api/accounts/me')).body
  assert.equal(accountIdIn(ann.token), id)
  const [row] = await app.rows<{ token_hash: string }>('select token_hash from sessions')
  assert.equal(row?.token_hash, hashToken(ann.token))
  const key = (await copyKey(app, ann)) ?? ''
  assert.ok(!(await app.services.redisMain.client.get(key))?.includes(ann.token))
  const ttlSeconds = await app.services.redisMain.client.ttl(key)
  assert.ok(ttlSeconds > 0 && ttlSeconds <= 300)
})

test('what is revoked stays revoked when Redis loses everything or starts anew', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const device = await secondDevice(app, ann)
  assert.ok(await isIn(device))
  const key = (await copyKey(app, device)) ?? ''
  const stale = (await app.services.redisMain.client.get(key)) ?? ''
  assert.equal((await device.send('DELETE', '/api/sessions/current')).status, 204)
  assert.equal(await app.services.redisMain.client.get(key), null)

  const hold = `session-hold:${hashToken(device.token)}`
  await app.services.redisMain.client.set(key, stale)
  assert.ok(!(await isIn(device)), 'the mark of the revocation outlives a copy that came back')
  await app.services.redisMain.client.del(key, hold)
  assert.ok(!(await isIn(device)), 'without any copy the row decides')
  await app.services.redisMain.client.set(key.replace(/^session:\w+:/, 'session:earlierrun:'), stale)
  assert.ok(!(await isIn(device)), 'copies of an earlier run of the server are not read')
  await app.services.redisMain.client.del(key)
  assert.ok(await isIn(ann))
})

test('a fill that read the row before a revocation does not bring the session back', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const { redisMain } = app.services
  const copies = createSessionCopies(redisMain)
  const { id } = (await ann.get('/api/accounts/me')).body
  const tokenHash = hashToken(ann.token)
  const looked = await copies.look(tokenHash, id)
  assert.ok(looked?.copy)
  await ann.send('DELETE', '/api/sessions/current')
  await copies.keep(tokenHash, looked.copy, looked.epoch, Date.now())
  assert.equal((await copies.look(tokenHash, id))?.copy, null)
  assert.ok(!(await isIn(ann)))
})

test('a revocation of which Redis was not told is told by a job', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  assert.ok(await isIn(ann))
  const key = (await copyKey(app, ann)) ?? ''
  const stale = (await app.services.redisMain.client.get(key)) ?? ''
  assert.equal((await ann.send('DELETE', '/api/sessions/current')).status, 204)
  await app.services.redisMain.client.del(`session-hold:${hashToken(ann.token)}`)
  await app.services.redisMain.client.set(key, stale)
  await app.runJobs()
  assert.equal(await app.services.redisMain.client.get(key), null)
  assert.ok(!(await isIn(ann)))
})

test('nobody is signed out while redis-main is away', async (t) => {
  // Nothing listens there.
  const app = await startApp(t, { MINIGRAM_REDIS_MAIN: '127.0.0.1:1' })
  const [ann] = await app.people('ann')
  assert.ok(await isIn(ann))
  const device = await secondDevice(app, ann)
  assert.equal((await device.send('DELETE', '/api/sessions/current')).status, 204)
  assert.ok(!(await isIn(device)))
})

test('an expired session is over, and is swept', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  await app.rows(`update sessions set expires_at = now() - interval '1 second'`)
  assert.ok(!(await isIn(ann)))
  await app.rows(`select graphile_worker.add_job('accounts.sweep')`)
  await app.runJobs()
  assert.deepEqual(await app.rows('select id from sessions'), [])
})

test('a session in use slides, with one write per hour', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  await app.rows(`update sessions set last_seen_at = now() - interval '2 hours', expires_at = now() + interval '1 day'`)
  assert.ok(await isIn(ann))
  const seen = () =>
    app.rows<{ seen: Date; days: number }>(
      `select last_seen_at as seen, extract(day from expires_at - now())::int as days from sessions`,
    )
  const end = Date.now() + 5_000
  let [row] = await seen()
  while (row?.days !== 29 && Date.now() < end) [row] = await seen()
  assert.equal(row?.days, 29)
  await app.services.redisMain.client.del((await copyKey(app, ann)) ?? '')
  assert.ok(await isIn(ann))
  assert.deepEqual((await seen())[0]?.seen, row?.seen)
})

test('a new role counts at once where the account is signed in', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const role = async () => (await createSessions(app.services).authenticate(ann.token))?.account?.role
  assert.equal(await role(), 'member')
  const operations = createAccountOperations({ db: app.services.db, sessions: createSessions(app.services) })
  await assert.rejects(operations.setRole('nobody_here', 'operator'), { code: 'account.not_found' })
  assert.equal((await operations.setRole(ann.username.toUpperCase(), 'operator')).role, 'operator')
  assert.equal(await role(), 'operator')
  await app.runJobs()
  assert.equal(await role(), 'operator')
  await operations.setRole(ann.username, 'member')
  assert.equal(await role(), 'member')
})

test('reads of whoever wrote are held to their own write', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const scope = async () => (await createSessions(app.services).authenticate(ann.token))?.scope
  const before = await scope()
  assert.ok(typeof before === 'object')
  await ann.send('PATCH', '/api/accounts/me', { bio: 'later' })
  const after = await scope()
  assert.ok(typeof after === 'object' && after.since > before.since)
})

test('the device that was seen longest ago makes room for the hundred-and-first', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  await app.rows(
    `insert into sessions (id, account_id, token_hash, expires_at, last_seen_at)
     select gen_random_uuid(), account_id, 'other ' || nr, expires_at, now() + nr * interval '1 second'
     from sessions, generate_series(1, 99) as nr`,
  )
  assert.ok(await isIn(ann))
  await app.rows(`update sessions set last_seen_at = now() - interval '1 minute' where token_hash = $1`, [
    hashToken(ann.token),
  ])
  const device = await secondDevice(app, ann)
  assert.ok(!(await isIn(ann)))
  assert.ok(await isIn(device))
})

test('while no node takes writes people stay signed in, and no copy is made of what a replica says', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const { redisMain, db } = app.services
  const withoutPrimary = { ...db, readPrimary: () => Promise.reject(new AppError('service.no_primary')) }
  const sessions = createSessions({ ...app.services, db: withoutPrimary })
  assert.equal((await sessions.authenticate(ann.token))?.account?.username, ann.username)
  assert.equal(await copyKey(app, ann), undefined)
  assert.ok(await isIn(ann))
  assert.equal((await ann.send('DELETE', '/api/sessions/current')).status, 204)
  assert.equal(await sessions.authenticate(ann.token), null)
  await redisMain.client.del(`session-hold:${hashToken(ann.token)}`)
  assert.equal(await sessions.authenticate(ann.token), null)
})
