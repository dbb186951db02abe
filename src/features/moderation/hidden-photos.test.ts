import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { drift } from '../../../test/support/counters.ts'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import { startEdge } from '../../../test/support/edge.ts'
import { assertRefused } from '../../../test/support/person.ts'
import { asOperator, insertPhotos, publishes, walk } from '../../../test/support/photos.ts'
import { jpeg } from '../../../test/support/pictures.ts'
import { renditionsOf } from '../../contract/picture-sources.ts'

const NOBODY = '01900000-0000-7000-8000-000000000000'
const REASON = { reason: 'Not for everybody' }

async function startWithEdge(t: TestContext) {
  const edge = await startEdge(t)
  const app = await startApp(t, { MINIGRAM_EDGE_PURGE_TARGETS: edge.target })
  const [ann, bob, oda] = await app.people('ann', 'bob', 'oda')
  await asOperator(app, oda)
  return { app, edge, ann, bob, oda }
}

const mediaKeyOf = async (app: TestApp, id: string) =>
  (await app.rows<{ media_key: string }>('select media_key from all_photos where id = $1', [id]))[0]?.media_key ?? ''
const shownFiles = (app: TestApp) =>
  readdirSync(app.services.config.mediaDirectory).filter((name) => !name.startsWith('.'))
const addJob = (app: TestApp, task: string, payload: object) =>
  app.rows('select graphile_worker.add_job($1, $2::json)', [task, JSON.stringify(payload)])

test('nobody but operators looks behind the scenes, hides or shows', async (t) => {
  const { app, ann } = await startWithEdge(t)
  const [id = ''] = await insertPhotos(app, ann, 1)
  for (const [method, path] of [
    ['GET', '/api/ops/reports'],
    ['GET', '/api/ops/acts'],
    ['GET', `/api/ops/photos/${id}`],
    ['GET', `/api/ops/photos/${id}/picture`],
    ['GET', `/api/ops/photos/${id}/reports`],
    ['GET', `/api/ops/accounts/${ann.username}`],
    ['GET', `/api/ops/accounts/${ann.username}/photos`],
    ['PUT', `/api/ops/photos/${id}/hidden`],
    ['DELETE', `/api/ops/photos/${id}/hidden`],
    ['PUT', `/api/ops/accounts/${ann.username}/suspended`],
    ['DELETE', `/api/ops/accounts/${ann.username}/suspended`],
    ['POST', `/api/ops/reports/${id}/resolve`],
  ] as const) {
    const asked = method === 'GET' ? ann.get(path) : ann.send(method, path, REASON)
    assertRefused(await asked, 403, 'account.operators_only')
    const visitor = app.visitor()
    const asVisitor = method === 'GET' ? visitor.get(path) : visitor.send(method, path, REASON)
    assertRefused(await asVisitor, 401, 'session.required')
  }
  assert.equal((await app.visitor().get(`/api/photos/${id}`)).status, 200)
})

test('a hidden photo is gone from every page, list, disk and PoP, for its author too', async (t) => {
  const { app, edge, ann, bob, oda } = await startWithEdge(t)
  const { id } = await publishes(app, ann, 'loud')
  const path = `/api/photos/${id}`
  await bob.send('PUT', `/api/accounts/${ann.username}/follow`)
  await bob.send('PUT', `${path}/like`)
  const comment = await bob.send('POST', `${path}/comments`, { text: 'hello' })
  const lists = ['/api/feed', '/api/explore', `/api/accounts/${ann.username}/photos`]
  for (const list of lists) assert.deepEqual(await walk(bob, list, 5), [id], list)
  const key = await mediaKeyOf(app, id)

  const hidden = await oda.send('PUT', `/api/ops/photos/${id}/hidden`, REASON)
  assert.equal(hidden.status, 200)
  assert.equal(hidden.body.hidden.reason, REASON.reason)
  assert.deepEqual(hidden.body.card.renditions, null)
  for (const person of [ann, bob, oda, app.visitor()]) {
    assertRefused(await person.get(path), 410, 'photo.hidden')
    assertRefused(await person.get(`${path}/likes`), 410, 'photo.hidden')
    assertRefused(await person.get(`${path}/comments`), 410, 'photo.hidden')
    assert.deepEqual(await walk(person, '/api/explore', 5), [])
    assert.deepEqual(await walk(person, `/api/accounts/${ann.username}/photos`, 5), [])
    assert.equal((await person.get(`/api/accounts/${ann.username}`)).body.photoCount, 0)
  }
  for (const person of [ann, bob]) assert.deepEqual(await walk(person, '/api/feed', 5), [])
  assertRefused(await bob.send('PUT', `${path}/like`), 410, 'photo.hidden')
  assertRefused(await bob.send('POST', `${path}/comments`, { text: 'x' }), 410, 'photo.hidden')
  assertRefused(await bob.send('POST', `${path}/report`, { reason: 'spam' }), 410, 'photo.hidden')
  assertRefused(await bob.send('DELETE', `/api/comments/${comment.body.id}`), 410, 'photo.hidden')
  assertRefused(await bob.send('DELETE', path), 410, 'photo.hidden')
  assertRefused(await ann.send('PATCH', path, { caption: 'x' }), 410, 'photo.hidden')
  assert.deepEqual(await drift(app), [])

  await app.runJobs()
  assert.deepEqual(shownFiles(app), [])
  assert.equal(edge.purges[0], `PURGE / test media-${key}`)
  assert.ok(edge.reads.includes(`/media/${key}/640.webp`), 'a read through the PoP proves it')
  assert.match(await app.services.metrics.registry.metrics(), /time_to_gone_seconds_count 1/)

  const own = await ann.get('/api/accounts/me/hidden-photos')
  assert.deepEqual(
    own.body.items.map((item: { photo: { id: string; renditions: unknown }; reason: string }) => [
      item.photo.id,
      item.photo.renditions,
      item.reason,
    ]),
    [[id, null, REASON.reason]],
  )
  assert.deepEqual((await bob.get('/api/accounts/me/hidden-photos')).body.items, [])
  assertRefused(await app.visitor().get('/api/accounts/me/hidden-photos'), 401, 'session.required')
  assert.equal((await oda.get(`/api/ops/photos/${id}/picture`)).headers.get('content-type'), 'image/jpeg')
})

test('a photo that is shown again is where it was, with its likes, comments and files', async (t) => {
  const { app, ann, bob, oda } = await startWithEdge(t)
  const { id } = await publishes(app, ann, 'loud')
  const path = `/api/photos/${id}`
  await bob.send('PUT', `/api/accounts/${ann.username}/follow`)
  await bob.send('PUT', `${path}/like`)
  await bob.send('POST', `${path}/comments`, { text: 'hello' })
  const before = (await bob.get(path)).body
  for (const _ of [1, 2]) {
    for (const _again of [1, 2])
      assert.equal((await oda.send('PUT', `/api/ops/photos/${id}/hidden`, REASON)).status, 200)
    await app.runJobs()
    assert.deepEqual(await walk(bob, '/api/feed', 5), [])
    for (const _again of [1, 2])
      assert.equal((await oda.send('DELETE', `/api/ops/photos/${id}/hidden`)).body.hidden, null)
    await app.runJobs()
    assert.deepEqual((await bob.get(path)).body, before)
    assert.equal((await bob.get(`${path}/comments`)).body.items.length, 1)
    for (const list of ['/api/feed', '/api/explore', `/api/accounts/${ann.username}/photos`])
      assert.deepEqual(await walk(bob, list, 5), [id], list)
    for (const rendition of renditionsOf(before))
      assert.ok(existsSync(join(app.services.config.mediaDirectory, rendition.path.replace('/media/', ''))))
    assert.deepEqual(await drift(app), [])
  }
  const acts = (await oda.get('/api/ops/acts')).body.items
  assert.deepEqual(
    acts.map((act: { act: string; target: string; operator: string }) => [act.act, act.target, act.operator]),
    ['photo.show', 'photo.hide', 'photo.hide', 'photo.show', 'photo.hide', 'photo.hide'].map((act) => [
      act,
      id,
      oda.username,
    ]),
  )
  assert.deepEqual(
    await walk(oda, '/api/ops/acts', 4),
    acts.map((act: { id: string }) => act.id),
  )
  assert.equal((await oda.get(`/api/ops/acts?target=${id}`)).body.items.length, acts.length)
  assert.deepEqual((await oda.get(`/api/ops/acts?target=${ann.username}`)).body.items, [])
})

test('a photo that is hidden before or while it is rendered is ready, and still hidden', async (t) => {
  const { app, ann, oda } = await startWithEdge(t)
  const { body } = await ann.uploads('/api/photos', await jpeg())
  const hidden = await oda.send('PUT', `/api/ops/photos/${body.id}/hidden`, REASON)
  assert.equal(hidden.body.picture, null)
  assertRefused(await oda.get(`/api/ops/photos/${body.id}/picture`), 404, 'photo.not_found')
  await addJob(app, 'spool.sweep', {})
  await app.runJobs()
  assert.deepEqual(shownFiles(app), [])
  assert.equal((await oda.get(`/api/ops/photos/${body.id}`)).body.card.status, 'ready')

  await oda.send('DELETE', `/api/ops/photos/${body.id}/hidden`)
  await app.runJobs()
  const shown = (await ann.get(`/api/photos/${body.id}`)).body
  assert.equal(renditionsOf(shown).length, 9, 'AVIF is made once the photo is shown')
})

test('files are where the last decision wants them, whatever order the jobs run in', async (t) => {
  const { app, ann, oda } = await startWithEdge(t)
  const { id } = await publishes(app, ann)
  await oda.send('PUT', `/api/ops/photos/${id}/hidden`, REASON)
  await oda.send('DELETE', `/api/ops/photos/${id}/hidden`)
  await oda.send('PUT', `/api/ops/photos/${id}/hidden`, REASON)
  await app.runJobs()
  assert.deepEqual(shownFiles(app), [])
  await oda.send('DELETE', `/api/ops/photos/${id}/hidden`)
  await addJob(app, 'photo.settle_media', { photoIds: [id, NOBODY], requestedAtMs: Date.now() })
  await app.runJobs()
  assert.deepEqual(shownFiles(app), [await mediaKeyOf(app, id)])
})

test('a hidden photo is deleted by its author, and its files are', async (t) => {
  const { app, ann, bob, oda } = await startWithEdge(t)
  const { id } = await publishes(app, ann)
  await oda.send('PUT', `/api/ops/photos/${id}/hidden`, REASON)
  await app.runJobs()
  assert.equal((await ann.send('DELETE', `/api/photos/${id}`)).status, 204)
  await app.runJobs()
  assertRefused(await bob.get(`/api/photos/${id}`), 410, 'photo.gone')
  assertRefused(await oda.get(`/api/ops/photos/${id}`), 410, 'photo.gone')
  assertRefused(await oda.send('DELETE', `/api/ops/photos/${id}/hidden`), 410, 'photo.gone')
  const { mediaDirectory } = app.services.config
  assert.deepEqual(
    readdirSync(join(mediaDirectory, '.withheld')).filter((name) => !name.startsWith('.')),
    [],
  )
  assert.deepEqual(await drift(app), [])
})

test('whoever deletes their account takes hidden photos along', async (t) => {
  const { app, ann, bob, oda } = await startWithEdge(t)
  const { id } = await publishes(app, ann)
  const [other = ''] = await insertPhotos(app, bob, 1)
  await ann.send('PUT', `/api/photos/${other}/like`)
  await ann.send('POST', `/api/photos/${other}/comments`, { text: 'x' })
  for (const photo of [id, other]) await oda.send('PUT', `/api/ops/photos/${photo}/hidden`, REASON)
  await app.runJobs()
  assert.equal((await ann.send('DELETE', '/api/accounts/me')).status, 204)
  await app.runJobs()
  assertRefused(await bob.get(`/api/photos/${id}`), 410, 'photo.gone')
  const { card } = (await oda.get(`/api/ops/photos/${other}`)).body
  assert.deepEqual([card.likeCount, card.commentCount], [0, 0], 'counters of hidden photos are right as well')
  const { mediaDirectory } = app.services.config
  assert.deepEqual(
    readdirSync(join(mediaDirectory, '.withheld')).filter((name) => !name.startsWith('.')),
    [],
  )
})

test('what is no photo, no reason or no cursor of ours is refused', async (t) => {
  const { app, ann, oda } = await startWithEdge(t)
  const [id = ''] = await insertPhotos(app, ann, 1)
  assertRefused(await oda.send('PUT', `/api/ops/photos/${NOBODY}/hidden`, REASON), 404, 'photo.not_found')
  assertRefused(await oda.get(`/api/ops/photos/${NOBODY}`), 404, 'photo.not_found')
  assertRefused(await oda.get('/api/ops/accounts/nobody.at.all'), 404, 'account.not_found')
  assertRefused(await oda.send('PUT', '/api/ops/accounts/nobody_at_all/suspended', REASON), 404, 'account.not_found')
  for (const body of [
    {},
    { reason: '' },
    { reason: '  ' },
    { reason: 'a\0b' },
    { reason: 'x'.repeat(301) },
    { reason: 1 },
  ])
    assertRefused(await oda.send('PUT', `/api/ops/photos/${id}/hidden`, body), 400, 'request.invalid')
  for (const list of ['/api/ops/acts', '/api/ops/reports', '/api/accounts/me/hidden-photos'])
    assertRefused(await oda.get(`${list}?cursor=W10`), 400, 'request.cursor_invalid')
  assertRefused(await oda.get('/api/ops/photos/x'), 400, 'request.invalid')
})

test('what an operator deletes of others is on record, what they delete of their own is not', async (t) => {
  const { app, ann, oda } = await startWithEdge(t)
  const [one = '', two = ''] = await insertPhotos(app, ann, 2)
  const [own = ''] = await insertPhotos(app, oda, 1)
  const comment = await ann.send('POST', `/api/photos/${one}/comments`, { text: 'x' })
  await oda.send('DELETE', `/api/comments/${comment.body.id}`)
  await oda.send('DELETE', `/api/photos/${two}`)
  await oda.send('DELETE', `/api/photos/${own}`)
  const { items } = (await oda.get('/api/ops/acts')).body
  assert.deepEqual(
    items.map((act: { act: string; target: string }) => [act.act, act.target]),
    [
      ['photo.delete', two],
      ['comment.delete', comment.body.id],
    ],
  )
})

test('operators walk all photos of an account, or the hidden ones', async (t) => {
  const { app, ann, oda } = await startWithEdge(t)
  const ids = await insertPhotos(app, ann, 5)
  const hidden = [ids[1] ?? '', ids[3] ?? '']
  for (const id of hidden) await oda.send('PUT', `/api/ops/photos/${id}/hidden`, REASON)
  const path = `/api/ops/accounts/${ann.username}/photos`
  const idsOf = async (query: string) => {
    const { body } = await oda.get(`${path}?${query}`)
    const cards: string[] = body.items.map((item: { card: { id: string } }) => item.card.id)
    return { cards, nextCursor: body.nextCursor }
  }
  const first = await idsOf('limit=3')
  const rest = await idsOf(`limit=3&cursor=${first.nextCursor}`)
  assert.deepEqual([...first.cards, ...rest.cards], ids.toReversed())
  assert.equal(rest.nextCursor, null)
  assert.deepEqual((await idsOf('only=hidden')).cards, hidden.toReversed())
  assertRefused(await oda.get('/api/ops/accounts/nobody_here/photos'), 404, 'account.not_found')
})
