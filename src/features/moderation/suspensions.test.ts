import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { drift } from '../../../test/support/counters.ts'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { startEdge } from '../../../test/support/edge.ts'
import { assertRefused, PASSWORD, type Person } from '../../../test/support/person.ts'
import { asOperator, insertPhotos, publishes, walk } from '../../../test/support/photos.ts'
import { jpeg } from '../../../test/support/pictures.ts'
import { createSessions } from '../accounts/sessions.service.ts'

const REASON = { reason: 'Spam in comments' }
const suspend = (oda: Person, person: Person) =>
  oda.send('PUT', `/api/ops/accounts/${person.username}/suspended`, REASON)
const restore = (oda: Person, person: Person) => oda.send('DELETE', `/api/ops/accounts/${person.username}/suspended`)
const shownFiles = (app: TestApp) =>
  readdirSync(app.services.config.mediaDirectory).filter((name) => !name.startsWith('.'))

async function signsInAgain(app: TestApp, person: Person): Promise<void> {
  const answer = await app.visitor().send('POST', '/api/sessions', { username: person.username, password: PASSWORD })
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  Object.assign(person, { token: answer.body.token })
}

test('an operator cannot be suspended', async (t) => {
  const app = await startApp(t)
  const [oda, olf] = await app.people('oda', 'olf')
  for (const person of [oda, olf]) await asOperator(app, person)
  for (const person of [oda, olf]) assertRefused(await suspend(oda, person), 422, 'account.is_operator')
})

test('a suspended account is signed out everywhere at once, and told why when it signs in', async (t) => {
  const app = await startApp(t)
  const [ann, oda] = await app.people('ann', 'oda')
  await asOperator(app, oda)
  assert.equal((await ann.get('/api/accounts/me')).status, 200)
  const suspended = await suspend(oda, ann)
  assert.equal(suspended.status, 200)
  assert.equal(suspended.body.suspended.reason, REASON.reason)
  assert.equal(suspended.body.sessionCount, 0)
  assertRefused(await ann.get('/api/accounts/me'), 401, 'session.required')
  assert.equal(await createSessions(app.services).authenticate(ann.token), null, 'on every app server')

  const signIn = (password: string) => app.visitor().send('POST', '/api/sessions', { username: ann.username, password })
  assertRefused(await signIn('wrong password'), 401, 'session.wrong_credentials')
  const refused = await signIn(PASSWORD)
  assertRefused(refused, 403, 'account.suspended')
  assert.match(refused.body.detail, /Spam in comments/)
  const taken = await app.visitor().send('POST', '/api/accounts', { username: ann.username, password: PASSWORD })
  assertRefused(taken, 409, 'account.username_taken')

  const look = (await oda.get(`/api/ops/accounts/${ann.username.toUpperCase()}`)).body
  assert.deepEqual([look.username, look.role, look.suspended.reason], [ann.username, 'member', REASON.reason])
  assert.equal((await restore(oda, ann)).body.suspended, null)
  await signsInAgain(app, ann)
  assert.equal((await ann.get('/api/accounts/me')).status, 200)
})

test('a suspended account is nowhere to be seen, nor is what it did; all of it comes back', async (t) => {
  const edge = await startEdge(t)
  const app = await startApp(t, { MINIGRAM_EDGE_PURGE_TARGETS: edge.target })
  const [ann, bob, cat, oda] = await app.people('ann', 'bob', 'cat', 'oda')
  await asOperator(app, oda)
  const { id } = await publishes(app, ann)
  const hidden = await publishes(app, ann, 'hidden')
  await ann.uploads('/api/accounts/me/avatar', await jpeg('face'), { method: 'PUT' })
  const [own = '', other = ''] = await insertPhotos(app, bob, 2)
  await oda.send('PUT', `/api/ops/photos/${hidden.id}/hidden`, REASON)
  for (const [who, path] of [
    [ann, `/api/accounts/${bob.username}/follow`],
    [ann, `/api/accounts/${cat.username}/follow`],
    [bob, `/api/accounts/${ann.username}/follow`],
    [ann, `/api/photos/${own}/like`],
    [cat, `/api/photos/${own}/like`],
    [ann, `/api/photos/${id}/like`],
    [bob, `/api/photos/${id}/like`],
  ] as const)
    assert.equal((await who.send('PUT', path)).status, 200)
  for (const [who, photo] of [
    [ann, own],
    [ann, own],
    [cat, own],
    [ann, other],
    [bob, id],
  ] as const)
    await who.send('POST', `/api/photos/${photo}/comments`, { text: 'Nice' })
  await app.runJobs()

  const lists = [
    '/api/feed',
    '/api/explore',
    `/api/photos/${own}/likes`,
    `/api/photos/${own}/comments`,
    `/api/photos/${other}/comments`,
    `/api/accounts/${bob.username}/followers`,
    `/api/accounts/${bob.username}/following`,
    `/api/accounts/${cat.username}/followers`,
    `/api/search/accounts?q=${ann.username}`,
  ]
  const pages = [`/api/photos/${own}`, `/api/accounts/${bob.username}`, `/api/accounts/${cat.username}`]
  const world = async () => ({
    lists: await Promise.all(lists.map(async (list) => (await bob.get(list)).body)),
    pages: await Promise.all(pages.map(async (page) => (await bob.get(page)).body)),
    profile: (await bob.get(`/api/accounts/${ann.username}`)).body,
    photos: await walk(bob, `/api/accounts/${ann.username}/photos`, 5).catch(() => null),
    files: shownFiles(app).toSorted(),
  })
  const before = await world()
  assert.deepEqual(before.photos, [id])
  assert.equal(before.files.length, 2)

  for (const _ of [1, 2]) {
    await suspend(oda, ann)
    assertRefused(await bob.get(`/api/accounts/${ann.username}`), 404, 'account.not_found')
    assertRefused(await bob.get(`/api/accounts/${ann.username}/photos`), 404, 'account.not_found')
    assertRefused(await bob.send('PUT', `/api/accounts/${ann.username}/follow`), 404, 'account.not_found')
    for (const path of ['', '/likes', '/comments'])
      assertRefused(await bob.get(`/api/photos/${id}${path}`), 410, 'photo.hidden')
    const said = async () => JSON.stringify(await Promise.all(lists.map(async (list) => (await bob.get(list)).body)))
    assert.ok(!(await said()).includes(ann.username), 'in no list, also before the worker comes to it')
    await app.runJobs()
    assert.ok(!(await said()).includes(ann.username))
    assert.deepEqual(await drift(app), [])
    const [page, profile] = await Promise.all(pages.map(async (path) => (await bob.get(path)).body))
    assert.deepEqual([page.likeCount, page.commentCount], [1, 1])
    assert.deepEqual([profile.followerCount, profile.followingCount], [0, 0])
    assert.deepEqual(shownFiles(app), [])
    const [account, photo] = [`/api/ops/accounts/${ann.username}`, `/api/ops/photos/${id}`]
    assert.equal((await oda.get(account)).body.avatar, null, 'nothing is named that is not there')
    assert.equal((await oda.get(photo)).body.card.author.avatar, null)

    await restore(oda, ann)
    await app.runJobs()
    assert.deepEqual(await drift(app), [])
    assert.deepEqual(await world(), before)
  }
  assertRefused(await bob.get(`/api/photos/${hidden.id}`), 410, 'photo.hidden')
  assert.ok(edge.purges.length > 0)
})

test('follows between two suspended accounts come back when both are back', async (t) => {
  const app = await startApp(t)
  const [ann, bob, oda] = await app.people('ann', 'bob', 'oda')
  await asOperator(app, oda)
  await ann.send('PUT', `/api/accounts/${bob.username}/follow`)
  const followers = async () => (await oda.get(`/api/accounts/${bob.username}/followers`)).body.items?.length
  for (const step of [() => suspend(oda, ann), () => suspend(oda, bob), () => restore(oda, bob)]) {
    await step()
    await app.runJobs()
    assert.deepEqual(await drift(app), [])
  }
  assert.equal(await followers(), 0)
  await restore(oda, ann)
  await app.runJobs()
  assert.equal(await followers(), 1)
  assert.deepEqual(await drift(app), [])
})

test('a like that was under way when the account was suspended is taken out later', async (t) => {
  const app = await startApp(t)
  const [ann, bob, oda] = await app.people('ann', 'bob', 'oda')
  await asOperator(app, oda)
  const [photo = ''] = await insertPhotos(app, bob, 1)
  await suspend(oda, ann)
  await app.runJobs()
  // As if a request that was let in before had come to its end only now.
  await app.rows(`insert into likes (photo_id, account_id) select $1, id from all_accounts where username = $2`, [
    photo,
    ann.username,
  ])
  await app.rows('update photos set like_count = like_count + 1 where id = $1', [photo])
  await app.rows('update graphile_worker._private_jobs set run_at = now()')
  await app.runJobs()
  assert.equal((await bob.get(`/api/photos/${photo}`)).body.likeCount, 0)
  assert.deepEqual(await drift(app), [])
})

test('an upload that was under way when the account was suspended is refused', async (t) => {
  const app = await startApp(t)
  const [ann, oda] = await app.people('ann', 'oda')
  await asOperator(app, oda)
  const picture = await jpeg()
  const head = '--b\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
  const upload = request(new URL('/api/photos', app.origin), {
    method: 'POST',
    headers: { authorization: `Bearer ${ann.token}`, 'content-type': 'multipart/form-data; boundary=b' },
  })
  const answered = once(upload, 'response')
  upload.write(head)
  upload.write(picture.subarray(0, 100))
  const uploads = join(app.services.config.spoolDirectory, 'uploads')
  await eventually('the upload has begun', 5_000, async () => readdirSync(uploads).at(0) ?? null)
  await suspend(oda, ann)
  upload.write(picture.subarray(100))
  upload.end('\r\n--b--\r\n')
  const [response] = await answered
  assert.equal(response.statusCode, 403)
  response.resume()
  assert.deepEqual(await app.rows('select id from all_photos'), [])
  assert.deepEqual(readdirSync(uploads), [])
})

test('counters stay exact when an account is suspended and restored amid likes, comments and follows', async (t) => {
  const app = await startApp(t)
  const people = await app.people('a', 'b', 'c', 'd')
  const [oda] = await app.people('oda')
  await asOperator(app, oda)
  const photos = (await Promise.all(people.map((person) => insertPhotos(app, person, 2)))).flat()
  const [first] = people
  const statuses = new Set<number>()
  async function busy(index: number): Promise<void> {
    for (let round = 0; round < 20; round += 1) {
      const person = people[index % people.length]
      const other = people[(index + round) % people.length]
      const photo = photos[(index * 3 + round) % photos.length]
      if (!person || !other || !photo) continue
      const answers = await Promise.all([
        person.send(round % 3 ? 'PUT' : 'DELETE', `/api/accounts/${other.username}/follow`),
        person.send(round % 2 ? 'PUT' : 'DELETE', `/api/photos/${photo}/like`),
        person.send('POST', `/api/photos/${photo}/comments`, { text: 'x' }),
      ])
      for (const answer of answers) statuses.add(answer.status)
    }
  }
  const crowd = people.map((_, index) => busy(index))
  for (const _ of [1, 2]) {
    assert.equal((await suspend(oda, first)).status, 200)
    await app.runJobs()
    assert.equal((await restore(oda, first)).status, 200)
    await app.runJobs()
  }
  await Promise.all(crowd)
  await app.rows('update graphile_worker._private_jobs set run_at = now()')
  await app.runJobs()
  assert.deepEqual(
    [...statuses].filter((status) => status >= 500),
    [],
  )
  assert.deepEqual(await drift(app), [])
  for (const table of ['withheld_likes', 'withheld_comments', 'withheld_follows'])
    assert.deepEqual(await app.rows(`select * from ${table}`), [], table)
})
