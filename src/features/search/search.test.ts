import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import { assertRefused, createPerson, PASSWORD, type Person } from '../../../test/support/person.ts'
import { plansOf } from '../../../test/support/plans.ts'
import type { AccountCard } from '../../contract/accounts.ts'
import { newId } from '../../platform/ids.ts'
import { searchAccounts, searchStatement } from './search.queries.ts'
import { searchPage } from './search.service.ts'

const PEOPLE: readonly (readonly [username: string, displayName: string, followers: number])[] = [
  ['ann', '', 0],
  ['anna.smith', 'Anna Smith', 5],
  ['annabel', 'Bel', 50],
  ['joanna', 'Jo', 1],
  ['zoe', 'Zoë Çelik', 0],
  ['mika', 'Annegret Mika', 0],
  ['li_wei', '李伟 Li Wei', 0],
  ['hundred', '100 % real_name', 0],
]

/** A write before everything that is cached. */
const LONG_AGO = '00000001:0000000000000000'
/** Half of a character that takes two: no valid UTF-8. */
const LONE_SURROGATE = '%ED%A0%80'

async function withPeople(app: TestApp): Promise<(q: string) => Promise<string[]>> {
  for (const [username, displayName, followers] of PEOPLE) {
    await app.rows(
      `insert into accounts (id, username, display_name, password_hash, follower_count) values (gen_random_uuid(), $1, $2, '', $3)`,
      [username, displayName, followers],
    )
  }
  const visitor = app.visitor()
  return async (q) => {
    const answer = await visitor.get(`/api/search/accounts?q=${encodeURIComponent(q)}`)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body.items.map((item: { username: string }) => item.username)
  }
}

test('nothing, too much and what cannot be stored is refused', async (t) => {
  const app = await startApp(t)
  const visitor = app.visitor()
  for (const query of [
    '',
    '?q=',
    '?q=%20%20',
    '?q=@',
    `?q=${'x'.repeat(61)}`,
    '?q=a&q=b',
    '?q=a%00b',
    '?q=a&limit=51',
  ]) {
    assertRefused(await visitor.get(`/api/search/accounts${query}`), 400, 'request.invalid')
  }
})

test('the exact name comes first, then those that begin so, the more followed before', async (t) => {
  const search = await withPeople(await startApp(t))
  assert.deepEqual((await search('ann')).slice(0, 4), ['ann', 'annabel', 'anna.smith', 'mika'])
  assert.deepEqual((await search('@ANNA.')).slice(0, 1), ['anna.smith'])
  assert.deepEqual((await search('a')).slice(0, 3), ['annabel', 'anna.smith', 'ann'])
})

test('names are found by any of their words, without case and accents', async (t) => {
  const search = await withPeople(await startApp(t))
  assert.deepEqual(await search('SMITH'), ['anna.smith'])
  assert.deepEqual(await search('zoe'), ['zoe'])
  assert.deepEqual(await search('celik'), ['zoe'])
  assert.deepEqual(await search('Çel'), ['zoe'])
  assert.deepEqual(await search('李'), ['li_wei'])
  assert.deepEqual(await search('Li W'), ['li_wei'])
})

test('a slip of the finger finds the name all the same', async (t) => {
  const search = await withPeople(await startApp(t))
  assert.ok((await search('anabel')).includes('annabel'))
  assert.ok((await search('smyth')).includes('anna.smith'))
  assert.ok((await search('smtih')).includes('anna.smith'))
  assert.ok((await search('joana')).includes('joanna'))
  assert.deepEqual(await search('xyzzyq'), [])
})

test('signs that mean something to the database mean nothing here', async (t) => {
  const app = await startApp(t)
  const search = await withPeople(app)
  assert.ok((await app.visitor().get(`/api/search/accounts?q=${LONE_SURROGATE}`)).status < 500)
  assert.deepEqual(await search('%'), ['hundred'])
  assert.deepEqual(await search('_'), [])
  assert.deepEqual(await search('100 %'), ['hundred'])
  assert.deepEqual(await search('z_'), [])
  assert.deepEqual(await search('z%'), [])
  for (const q of ['\\', "'", '"; drop table accounts; --', '\u202eann', '🧑‍🌾', '​', '؟', 'ﷺ'.repeat(60)])
    await search(q)
})

test('what was looked for a moment ago costs no query, shows names as they are now, and nobody who has left', async (t) => {
  const app = await startApp(t)
  const [, bob, cem] = await app.people('ann', 'annabob', 'anncem')
  const visitor = app.visitor()
  const search = async () => {
    const { body, headers } = await visitor.get('/api/search/accounts?q=ann')
    const names = body.items.map((item: { displayName: string }) => item.displayName)
    return { names, status: headers.get('cache-status') }
  }
  assert.equal((await search()).status, 'app; fwd=miss')
  assert.deepEqual(await search(), { names: ['', '', ''], status: 'app; hit' })
  await bob.send('PATCH', '/api/accounts/me', { displayName: 'Bob' })
  assert.deepEqual((await search()).names.toSorted(), ['', '', 'Bob'])
  await cem.send('DELETE', '/api/accounts/me')
  assert.deepEqual((await search()).names.toSorted(), ['', 'Bob'])
})

test('who signed up or took another name finds it at once, and who wrote something else costs no query', async (t) => {
  const app = await startApp(t)
  const found = async (asking: Person, q: string) =>
    (await asking.get(`/api/search/accounts?q=${q}`)).body.items.map((item: AccountCard) => item.username)
  assert.deepEqual(await found(app.visitor(), 'zed'), [])
  const [zed] = await app.people('zed')
  assert.deepEqual(await found(zed, 'zed'), [zed.username])
  assert.deepEqual(await found(app.visitor(), 'zed'), [], 'everybody else within a minute: this test can fail')

  const old = await oldAccount(app, zed)
  assert.deepEqual(await found(old, 'yan'), [])
  const work = { lookups: 0, queries: 0 }
  const account = { id: newId(Date.now() - 3_600_000), username: 'old', role: 'member' } as const
  await searchPage(app.services.db, { account, sessionId: null, scope: { since: LONG_AGO }, work }, 'yan', 20)
  assert.equal(work.queries, 0)
  await old.send('PATCH', '/api/accounts/me', { displayName: 'Yan' })
  assert.deepEqual(await found(old, 'yan'), ['old'])
})

/** Signed in, an hour old, and with the password of `like`. */
async function oldAccount(app: TestApp, like: Person): Promise<Person> {
  await app.rows(
    `insert into accounts (id, username, password_hash) select $1, 'old', password_hash from accounts where username = $2`,
    [newId(Date.now() - 3_600_000), like.username],
  )
  const old = createPerson(app.origin)
  const { body } = await old.send('POST', '/api/sessions', { username: 'old', password: PASSWORD })
  return Object.assign(old, { username: 'old', token: body.token })
}

test('whoever is signed in sees whom they follow', async (t) => {
  const app = await startApp(t)
  const [ann, bob] = await app.people('ann', 'bob')
  await ann.send('PUT', `/api/accounts/${bob.username}/follow`)
  const { body } = await ann.get(`/api/search/accounts?q=${bob.username}&limit=1`)
  assert.deepEqual(body, {
    items: [{ username: bob.username, displayName: '', avatar: null }],
    nextCursor: null,
    viewer: { follows: [bob.username] },
  })
})

test('where names that begin so fill the page, nobody looks for what is spelt alike', async (t) => {
  const app = await startApp(t)
  await app.people('ann', 'anna', 'annabel')
  const { pool, kysely } = app.services.postgres.primary()
  const planFor = async (limit: number) => {
    const { sql, parameters } = searchStatement('ann', limit).compile(kysely)
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain analyze ${sql}`, [...parameters])
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  }
  const unread = /accounts.*never executed/
  assert.match(await planFor(3), unread)
  assert.doesNotMatch(await planFor(4), unread)
})

test('a search among many people goes through the indexes', async (t) => {
  const app = await startApp(t)
  await app.rows(`
    insert into accounts (id, username, display_name, password_hash)
      select gen_random_uuid(), left(md5(n::text), 12), left(md5('x' || n), 6) || ' ' || left(md5('y' || n), 8), ''
      from generate_series(1, 20000) n;
    analyze`)
  const plans = await plansOf(app, (db) => searchAccounts(db, 'abcde', 20))
  const text = plans.join('\n')
  for (const index of ['accounts_username_prefix', 'accounts_username_trigram', 'accounts_display_name_trigram']) {
    assert.match(text, new RegExp(index), text)
  }
  assert.doesNotMatch(text, /Seq Scan/, text)
})
