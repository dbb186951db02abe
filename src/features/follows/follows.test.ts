import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import { assertRefused, type Person } from '../../../test/support/person.ts'
import { walk } from '../../../test/support/photos.ts'
import { plansOf } from '../../../test/support/plans.ts'
import { encodeCursor } from '../../platform/cursor.ts'
import { listFollows } from './follows.queries.ts'

const follow = (person: Person, other: Person) => person.send('PUT', `/api/accounts/${other.username}/follow`)
const unfollow = (person: Person, other: Person) => person.send('DELETE', `/api/accounts/${other.username}/follow`)

/** `count` accounts that follow `person`, all within the same microsecond, so that only ids tell them apart. */
async function followers(app: TestApp, person: Person, count: number): Promise<void> {
  await app.rows(
    `with fans as (insert into accounts (id, username, password_hash)
                   select gen_random_uuid(), 'fan_' || nr, '' from generate_series(1, $2::int) as nr returning id)
     insert into follows (follower_id, followee_id, created_at)
     select fans.id, accounts.id, '2026-01-02 03:04:05.678901+00' from fans, accounts where username = $1`,
    [person.username, count],
  )
}

test('a visitor follows nobody, nobody follows themselves, and who does not exist cannot be followed', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  assertRefused(await follow(app.visitor(), ann), 401, 'session.required')
  assertRefused(await unfollow(app.visitor(), ann), 401, 'session.required')
  assertRefused(await follow(ann, ann), 422, 'follow.self')
  assertRefused(await ann.send('PUT', `/api/accounts/${ann.username.toUpperCase()}/follow`), 422, 'follow.self')
  for (const name of ['nobody_here', 'me', '%00', '..%2f', '%E2%82%AC']) {
    assertRefused(await ann.send('PUT', `/api/accounts/${name}/follow`), 404, 'account.not_found')
    assertRefused(await ann.get(`/api/accounts/${name}/followers`), 404, 'account.not_found')
  }
})

test('following twice is following once, and so is ending it', async (t) => {
  const app = await startApp(t)
  const [ann, bob] = await app.people('ann', 'bob')
  for (let count = 0; count < 2; count += 1) {
    assert.deepEqual((await follow(ann, bob)).body, { follows: true, followerCount: 1 })
  }
  const profile = (await ann.get(`/api/accounts/${bob.username}`)).body
  assert.deepEqual([profile.followerCount, profile.viewer.follows], [1, true])
  assert.equal((await ann.get('/api/accounts/me')).body.followingCount, 1)
  for (let count = 0; count < 2; count += 1) {
    assert.deepEqual((await unfollow(ann, bob)).body, { follows: false, followerCount: 0 })
  }
  assert.equal((await ann.get('/api/accounts/me')).body.followingCount, 0)
})

test('who follows more than are kept in caches still sees whom', async (t) => {
  const app = await startApp(t)
  const [ann, bob, cem] = await app.people('ann', 'bob', 'cem')
  await app.rows(
    `with others as (insert into accounts (id, username, password_hash)
                     select gen_random_uuid(), 'other_' || nr, '' from generate_series(1, 600) as nr returning id)
     insert into follows (follower_id, followee_id, created_at)
     select accounts.id, others.id, now() + interval '1 minute' from others, accounts where username = $1`,
    [ann.username],
  )
  await follow(ann, bob)
  const follows = async (name: string) => (await ann.get(`/api/accounts/${name}`)).body.viewer.follows
  assert.deepEqual([await follows(bob.username), await follows(cem.username)], [true, false], 'the oldest of all')
  assert.deepEqual(await Promise.all(['other_1', 'other_300', 'other_600'].map(follows)), [true, true, true])
})

test('counters equal lists when everybody follows everybody at once, again and again', async (t) => {
  const app = await startApp(t)
  const people = await app.people('a', 'b', 'c', 'd')
  const answers = await Promise.all(
    Array.from({ length: 6 }).flatMap((_, round) =>
      people.flatMap((one) =>
        people.filter((other) => other !== one).map((other) => (round % 3 ? follow(one, other) : unfollow(one, other))),
      ),
    ),
  )
  assert.ok(answers.every((answer) => answer.status === 200))
  const wrong = await app.rows(`select username from accounts
    where follower_count <> (select count(*) from follows where followee_id = id)
       or following_count <> (select count(*) from follows where follower_id = id)`)
  assert.deepEqual(wrong, [])
})

test('followers are walked page by page, none left out and none twice, to the microsecond', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  await followers(app, ann, 23)
  const names = await walk(ann, `/api/accounts/${ann.username}/followers`, 5)
  assert.equal(names.length, 23)
  assert.equal(new Set(names).size, 23)
})

test('lists are newest first, and say whom of them the viewer follows', async (t) => {
  const app = await startApp(t)
  const [ann, bob, cat] = await app.people('ann', 'bob', 'cat')
  await follow(bob, ann)
  await follow(cat, ann)
  await follow(bob, cat)
  const list = (await bob.get(`/api/accounts/${ann.username}/followers`)).body
  assert.deepEqual(
    list.items.map((item: { username: string }) => item.username),
    [cat.username, bob.username],
  )
  assert.deepEqual(Object.keys(list.items[0]).sort(), ['avatar', 'displayName', 'username'])
  assert.deepEqual(list.viewer, { follows: [cat.username] })
  assert.equal(list.nextCursor, null)
  const following = (await app.visitor().get(`/api/accounts/${bob.username}/following`)).body
  assert.deepEqual(
    following.items.map((item: { username: string }) => item.username),
    [cat.username, ann.username],
  )
  assert.deepEqual(following.viewer, { follows: [] })
})

test('a forged cursor or limit is refused', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const id = '00000000-0000-7000-8000-000000000000'
  const path = `/api/accounts/${ann.username}/followers`
  for (const cursor of [
    'x',
    '%00',
    encodeCursor([]),
    encodeCursor(['following', '2026-01-02T03:04:05.678901Z', id]),
    encodeCursor(['followers', '2026-01-02', id]),
    encodeCursor(['followers', '2026-01-02T03:04:05.678901Z', "' or 1=1"]),
  ]) {
    assertRefused(await ann.get(`${path}?cursor=${cursor}`), 400, 'request.cursor_invalid')
  }
  const impossible = encodeCursor(['followers', '2026-13-45T99:99:99.1Z', id])
  assertRefused(await ann.get(`${path}?cursor=${impossible}`), 400, 'request.invalid')
  for (const limit of ['0', '51', '-1', '1.5', 'x']) {
    assertRefused(await ann.get(`${path}?limit=${limit}`), 400, 'request.invalid')
  }
})

test('both lists are read in the order of their index', async (t) => {
  const app = await startApp(t)
  await app.rows(`
    insert into accounts (id, username, password_hash) select gen_random_uuid(), 'p' || n, '' from generate_series(1, 400) n;
    insert into follows (follower_id, followee_id, created_at)
      select a.id, b.id, now() - random() * interval '1 day' from accounts a join accounts b on a.id <> b.id and hashtext(a.username || b.username) % 3 = 0;
    analyze`)
  const [row] = await app.rows<{ id: string }>('select id from accounts limit 1')
  const accountId = row?.id ?? ''
  const after = { createdAt: '2100-01-02T03:04:05.678901Z', accountId }
  for (const side of ['followers', 'following'] as const) {
    const [plan = ''] = await plansOf(app, (db) => listFollows(db, accountId, side, { after, limit: 21 }))
    assert.match(plan, new RegExp(`follows_${side}`), plan)
    assert.doesNotMatch(plan, /Sort|Seq Scan/, plan)
  }
})
