import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'
import { assertRefused, PASSWORD } from '../../../test/support/person.ts'

const unique = (name: string) => `${name}_${randomBytes(4).toString('hex')}`

test('reserved, impossible and taken usernames are refused', async (t) => {
  const app = await startApp(t)
  const visitor = app.visitor()
  const [ann] = await app.people('ann')
  const signUp = (username: unknown) => visitor.send('POST', '/api/accounts', { username, password: PASSWORD })
  for (const name of ['me', 'Admin', 'api', 'explore', 'settings', 'robots.txt']) {
    assertRefused(await signUp(name), 409, 'account.username_reserved')
  }
  for (const name of ['', 'a', '..', '.ann', 'ann.', 'a..b', 'ann smith', 'änn', 'ann\0', 'x'.repeat(31), 7, null]) {
    assertRefused(await signUp(name), 400, 'request.invalid')
  }
  assertRefused(await signUp(ann.username), 409, 'account.username_taken')
  assertRefused(await signUp(ann.username.toUpperCase()), 409, 'account.username_taken')
})

test('of many who want one name at once, one gets it', async (t) => {
  const app = await startApp(t)
  const username = unique('race')
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => app.visitor().send('POST', '/api/accounts', { username, password: PASSWORD })),
  )
  const statuses = answers.map((answer) => answer.status)
  assert.equal(statuses.filter((status) => status === 201).length, 1)
  assert.equal(statuses.filter((status) => status === 409).length, 7)
})

test('an impossible password, an unknown field or a name that is too long is refused', async (t) => {
  const app = await startApp(t)
  const visitor = app.visitor()
  const good = { username: unique('ann'), password: PASSWORD }
  for (const bad of [
    { ...good, password: 'short' },
    { ...good, password: 'x'.repeat(129) },
    { ...good, displayName: 'x'.repeat(61) },
    { ...good, displayName: 'zero\0byte' },
    { ...good, role: 'operator' },
    { username: good.username },
    [],
    'text',
  ]) {
    assertRefused(await visitor.send('POST', '/api/accounts', bad), 400, 'request.invalid')
  }
})

test('whoever signs up is signed in, and is stored in lower case', async (t) => {
  const app = await startApp(t)
  const username = unique('Ann')
  const answer = await app
    .visitor()
    .send('POST', '/api/accounts', { username, password: PASSWORD, displayName: ' Ann 🌷 ' })
  assert.equal(answer.status, 201)
  const { account, token } = answer.body
  assert.equal(account.username, username.toLowerCase())
  assert.equal(account.displayName, 'Ann 🌷')
  assert.equal(account.role, 'member')
  const me = await app.visitor().get('/api/accounts/me', { authorization: `Bearer ${token}` })
  assert.deepEqual(me.body, account)
  assert.equal(me.headers.get('cache-control'), 'private, no-store')
  const [stored] = await app.rows<{ password_hash: string }>('select password_hash from accounts where id = $1', [
    account.id,
  ])
  assert.match(stored?.password_hash ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
})

test('more sign-ups from one client than the limit are refused, and failed ones do not count', async (t) => {
  const app = await startApp(t, { MINIGRAM_LIMIT_SIGN_UPS_PER_CLIENT: '2' })
  const visitor = app.visitor()
  const [ann] = await app.people('ann')
  const signUp = (username: string) => visitor.send('POST', '/api/accounts', { username, password: PASSWORD })
  assert.equal((await signUp(unique('one'))).status, 201)
  assertRefused(await signUp(ann.username), 409, 'account.username_taken')
  assert.equal((await signUp(unique('two'))).status, 201)
  const refused = await signUp(unique('three'))
  assertRefused(refused, 429, 'request.rate_limited')
  assert.ok(Number(refused.headers.get('retry-after')) > 0)
  assert.match(refused.headers.get('ratelimit-policy') ?? '', /^"sign-up";q=2;w=3600$/)
  assert.match(refused.headers.get('ratelimit') ?? '', /^"sign-up";r=0;t=\d+$/)
})

test('a visitor has no account of their own', async (t) => {
  const app = await startApp(t)
  const visitor = app.visitor()
  assertRefused(await visitor.get('/api/accounts/me'), 401, 'session.required')
  assertRefused(await visitor.send('PATCH', '/api/accounts/me', { bio: 'x' }), 401, 'session.required')
  assertRefused(await visitor.send('DELETE', '/api/accounts/me'), 401, 'session.required')
  assertRefused(await visitor.send('DELETE', '/api/accounts/me/avatar'), 401, 'session.required')
  assertRefused(await visitor.send('PUT', '/api/accounts/me/password', {}), 401, 'session.required')
})

test('a person edits their own name and bio, and everyone sees it', async (t) => {
  const app = await startApp(t)
  const [ann, bob] = await app.people('ann', 'bob')
  for (const bad of [{}, { bio: 'x'.repeat(301) }, { username: 'other' }, { displayName: {} }, { bio: 'zero\0byte' }]) {
    assertRefused(await ann.send('PATCH', '/api/accounts/me', bad), 400, 'request.invalid')
  }
  const edited = await ann.send('PATCH', '/api/accounts/me', { displayName: 'Ann', bio: 'Tulips.\nمرحبا' })
  assert.equal(edited.status, 200)
  const seen = await bob.get(`/api/accounts/${ann.username.toUpperCase()}`)
  assert.equal(seen.body.displayName, 'Ann')
  assert.equal(seen.body.bio, 'Tulips.\nمرحبا')
  assert.deepEqual(seen.body.viewer, { follows: false, isSelf: false })
  assert.deepEqual((await ann.get(`/api/accounts/${ann.username}`)).body.viewer, { follows: false, isSelf: true })
  assert.equal((await app.visitor().get(`/api/accounts/${ann.username}`)).body.viewer, null)
})

test('a profile never shows what is private, and who does not exist is not found', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const profile = await app.visitor().get(`/api/accounts/${ann.username}`)
  assert.deepEqual(Object.keys(profile.body).sort(), [
    'avatar',
    'bio',
    'createdAt',
    'displayName',
    'followerCount',
    'followingCount',
    'photoCount',
    'username',
    'viewer',
  ])
  for (const name of ['nobody_here', '%00', '..%2f..%2fetc', '%F0%9F%98%80', 'a%25', "'--"]) {
    assertRefused(await ann.get(`/api/accounts/${name}`), 404, 'account.not_found')
  }
  assertRefused(await ann.get(`/api/accounts/${'x'.repeat(31)}`), 400, 'request.invalid')
})
