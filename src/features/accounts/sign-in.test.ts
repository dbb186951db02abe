import assert from 'node:assert/strict'
import { argon2Sync, createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import { assertRefused, createPerson, PASSWORD, type Person } from '../../../test/support/person.ts'
import { createAccountOperations } from './account-operations.service.ts'
import { createSessions } from './sessions.service.ts'

const OTHER_PASSWORD = 'another horse battery'

async function signsIn(app: TestApp, username: string, password = PASSWORD): Promise<Person> {
  const person = createPerson(app.origin)
  const answer = await person.send('POST', '/api/sessions', { username, password })
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  person.username = username
  person.token = answer.body.token
  return person
}

const byNumber = (one: number, other: number) => one - other

async function resetTokenFor(app: TestApp, username: string): Promise<string> {
  return createAccountOperations({ db: app.services.db, sessions: createSessions(app.services) }).makeReset(username)
}

test('a wrong password and an unknown name are refused alike', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const visitor = app.visitor()
  const attempt = (username: string, password: string) => visitor.send('POST', '/api/sessions', { username, password })
  const wrong = await attempt(ann.username, 'wrong password')
  assertRefused(wrong, 401, 'session.wrong_credentials')
  for (const name of ['nobody_here', '', '\0', '..', '%']) {
    const unknown = await attempt(name, PASSWORD)
    assertRefused(unknown, 401, 'session.wrong_credentials')
    assert.deepEqual({ ...unknown.body, requestId: '' }, { ...wrong.body, requestId: '' })
    assert.equal(unknown.headers.get('set-cookie'), null)
  }
  assertRefused(await visitor.send('POST', '/api/sessions', { username: 'ann' }), 400, 'request.invalid')
})

test('guesses at one name from one client are stopped, and nobody else is', async (t) => {
  const app = await startApp(t, { MINIGRAM_LIMIT_GUESSES_PER_CLIENT_AND_USERNAME: '3' })
  const [ann] = await app.people('ann')
  const guesser = app.visitor()
  const guess = (password: string) => guesser.send('POST', '/api/sessions', { username: ann.username, password })
  const answers = await Promise.all(Array.from({ length: 6 }, () => guess('wrong password')))
  assert.deepEqual(answers.map((answer) => answer.status).sort(byNumber), [401, 401, 401, 429, 429, 429])
  const refused = await guess(PASSWORD)
  assertRefused(refused, 429, 'request.rate_limited')
  assert.ok(Number(refused.headers.get('retry-after')) > 800)
  assert.match(refused.headers.get('ratelimit') ?? '', /"guess-pair";r=0;t=\d+/)
  await signsIn(app, ann.username)
})

test('one client that tries many names is stopped, and right passwords do not count', async (t) => {
  const app = await startApp(t, { MINIGRAM_LIMIT_GUESSES_PER_CLIENT: '3' })
  const [ann] = await app.people('ann')
  const guesser = app.visitor()
  const attempt = (username: string, password: string) => guesser.send('POST', '/api/sessions', { username, password })
  for (let count = 0; count < 5; count += 1) assert.equal((await attempt(ann.username, PASSWORD)).status, 201)
  for (const name of ['one', 'two', 'three']) assert.equal((await attempt(name, PASSWORD)).status, 401)
  assertRefused(await attempt('four', PASSWORD), 429, 'request.rate_limited')
})

test('many clients that guess at one name are stopped together', async (t) => {
  const app = await startApp(t, { MINIGRAM_LIMIT_GUESSES_PER_USERNAME: '3' })
  const [ann] = await app.people('ann')
  const guess = () =>
    app.visitor().send('POST', '/api/sessions', { username: ann.username, password: 'wrong password' })
  for (let count = 0; count < 3; count += 1) assert.equal((await guess()).status, 401)
  assertRefused(await guess(), 429, 'request.rate_limited')
})

test('a browser gets a cookie that scripts cannot read, and never the token', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const credentials = { username: ann.username, password: PASSWORD }
  const visitor = app.visitor()
  const plain = await visitor.send('POST', '/api/sessions', credentials, { 'sec-fetch-site': 'same-origin' })
  assert.deepEqual(Object.keys(plain.body), ['account'])
  assert.match(
    plain.headers.get('set-cookie') ?? '',
    /^mg=[\w-]{64}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/,
  )
  const https = { 'sec-fetch-site': 'same-origin', 'x-forwarded-proto': 'https' }
  const secure = await visitor.send('POST', '/api/sessions', credentials, https)
  const [cookie = ''] = (secure.headers.get('set-cookie') ?? '').split(';')
  assert.match(secure.headers.get('set-cookie') ?? '', /^__Host-mg=[\w-]{64}; .*HttpOnly; Secure; SameSite=Lax$/)

  const me = await visitor.get('/api/accounts/me', { ...https, cookie })
  assert.equal(me.body.username, ann.username)
  assert.match(me.headers.get('set-cookie') ?? '', /Max-Age=2592000/, 'the cookie slides with the session')
  const foreign = { cookie, 'x-forwarded-proto': 'https', 'sec-fetch-site': 'cross-site' }
  assertRefused(await visitor.send('DELETE', '/api/sessions/current', undefined, foreign), 403, 'request.cross_site')
  const out = await visitor.send('DELETE', '/api/sessions/current', undefined, { ...https, cookie })
  assert.equal(out.status, 204)
  assert.match(out.headers.get('set-cookie') ?? '', /^__Host-mg=; .*Expires=Thu, 01 Jan 1970/)
  assertRefused(await visitor.get('/api/accounts/me', { ...https, cookie }), 401, 'session.required')
})

test('a changed password needs the old one, and signs the other devices out', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const other = await signsIn(app, ann.username)
  const link = await resetTokenFor(app, ann.username)
  const change = (currentPassword: string) =>
    ann.send('PUT', '/api/accounts/me/password', { currentPassword, newPassword: OTHER_PASSWORD })
  assertRefused(await change('wrong password'), 403, 'account.wrong_password')
  assert.equal((await other.get('/api/accounts/me')).status, 200)
  assert.equal((await change(PASSWORD)).status, 204)
  assertRefused(await other.get('/api/accounts/me'), 401, 'session.required')
  assert.equal((await ann.get('/api/accounts/me')).status, 200)
  const old = await app.visitor().send('POST', '/api/sessions', { username: ann.username, password: PASSWORD })
  assertRefused(old, 401, 'session.wrong_credentials')
  await signsIn(app, ann.username, OTHER_PASSWORD)
  const reset = { token: link, newPassword: PASSWORD }
  assertRefused(await app.visitor().send('POST', '/api/accounts/reset', reset), 410, 'account.reset_invalid')
})

test('whoever holds a stolen session cannot guess the password without end', async (t) => {
  const app = await startApp(t, { MINIGRAM_LIMIT_GUESSES_PER_CLIENT_AND_USERNAME: '2' })
  const [ann] = await app.people('ann')
  const guess = (currentPassword: string) =>
    ann.send('PUT', '/api/accounts/me/password', { currentPassword, newPassword: OTHER_PASSWORD })
  for (let count = 0; count < 2; count += 1) assertRefused(await guess('wrong password'), 403, 'account.wrong_password')
  assertRefused(await guess(PASSWORD), 429, 'request.rate_limited')
})

test('a session begun with the old password while it is changed does not survive', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const credentials = { username: ann.username, password: PASSWORD }
  const attempts = Array.from({ length: 6 }, () => app.visitor().send('POST', '/api/sessions', credentials))
  const change = ann.send('PUT', '/api/accounts/me/password', {
    currentPassword: PASSWORD,
    newPassword: OTHER_PASSWORD,
  })
  const answers = await Promise.all(attempts)
  assert.equal((await change).status, 204)
  for (const answer of answers.filter(({ status }) => status === 201)) {
    const { status } = await app.visitor().get('/api/accounts/me', { authorization: `Bearer ${answer.body.token}` })
    assert.equal(status, 401)
  }
  const [left] = await app.rows<{ count: number }>('select count(*)::int as count from sessions')
  assert.equal(left?.count, 1)
})

test('a reset link works once, for an hour, and signs every device out', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const reset = (token: string) =>
    app.visitor().send('POST', '/api/accounts/reset', { token, newPassword: OTHER_PASSWORD })
  for (const token of ['', 'x', '\0', 'A'.repeat(100)]) assertRefused(await reset(token), 410, 'account.reset_invalid')
  assertRefused(await reset('A'.repeat(101)), 400, 'request.invalid')

  const late = await resetTokenFor(app, ann.username)
  await app.rows(`update account_resets set expires_at = now() - interval '1 second'`)
  assertRefused(await reset(late), 410, 'account.reset_invalid')

  const token = await resetTokenFor(app, ann.username.toUpperCase())
  const [stored] = await app.rows<{ token_hash: string }>(
    'select token_hash from account_resets where expires_at > now()',
  )
  assert.equal(stored?.token_hash, createHash('sha256').update(token).digest('hex'))
  const answers = await Promise.all([reset(token), reset(token)])
  assert.deepEqual(answers.map((answer) => answer.status).sort(byNumber), [204, 410])
  assertRefused(await ann.get('/api/accounts/me'), 401, 'session.required')
  await signsIn(app, ann.username, OTHER_PASSWORD)
})

test('a hash of older settings is replaced when its owner signs in', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  // Argon2id of PASSWORD with 8 MiB, 1 pass.
  const nonce = randomBytes(16)
  const tag = argon2Sync('argon2id', {
    message: PASSWORD,
    nonce,
    memory: 8192,
    passes: 1,
    parallelism: 1,
    tagLength: 32,
  })
  const weak = `$argon2id$v=19$m=8192,t=1,p=1$${unpadded(nonce)}$${unpadded(tag)}`
  await app.rows('update accounts set password_hash = $2 where username = $1', [ann.username, weak])
  await signsIn(app, ann.username)
  const [stored] = await app.rows<{ password_hash: string }>('select password_hash from accounts')
  assert.match(stored?.password_hash ?? '', /m=19456,t=2/)
  await signsIn(app, ann.username)
})

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '')
}
