import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'
import { assertRefused, type Answer } from '../../../test/support/person.ts'
import { asOperator, insertPhotos } from '../../../test/support/photos.ts'

test('a visitor cannot report a photo, and nobody one that is not there', async (t) => {
  const app = await startApp(t)
  const [ann, bob] = await app.people('ann', 'bob')
  const [id = ''] = await insertPhotos(app, ann, 1)
  const path = `/api/photos/${id}/report`
  assertRefused(await app.visitor().send('POST', path, { reason: 'spam' }), 401, 'session.required')
  const nobody = '/api/photos/01900000-0000-7000-8000-000000000000/report'
  assertRefused(await bob.send('POST', nobody, { reason: 'spam' }), 404, 'photo.not_found')
  for (const body of [
    {},
    { reason: 'ugly' },
    { reason: 'spam', text: 'x'.repeat(501) },
    { reason: 'spam', text: 'a\0b' },
  ])
    assertRefused(await bob.send('POST', path, body), 400, 'request.invalid')
})

test('a report counts once per person, and its repetition gets the same answer', async (t) => {
  const app = await startApp(t)
  const [ann, bob, oda] = await app.people('ann', 'bob', 'oda')
  await asOperator(app, oda)
  const [id = ''] = await insertPhotos(app, ann, 1)
  const path = `/api/photos/${id}/report`
  const first = await bob.send('POST', path, { reason: 'spam', text: ' Buy now ' })
  assert.equal(first.status, 201)
  assert.deepEqual([first.body.photoId, first.body.reason, first.body.text], [id, 'spam', 'Buy now'])
  const again = await bob.send('POST', path, { reason: 'nudity' })
  assert.equal(again.status, 201)
  assert.deepEqual(again.body, first.body)
  const headers = { 'idempotency-key': 'report-0001' }
  for (const _ of [1, 2]) assert.equal((await oda.send('POST', path, { reason: 'other' }, headers)).status, 201)
  const [reported] = (await oda.get('/api/ops/reports')).body.items
  assert.equal(reported.photo.openReportCount, 2)
  assert.deepEqual(reported.reasons, [
    { reason: 'other', count: 1 },
    { reason: 'spam', count: 1 },
  ])
  assert.deepEqual(
    reported.reports.map((report: { reporter: { username: string }; text: string }) => [
      report.reporter.username,
      report.text,
    ]),
    [
      [oda.username, ''],
      [bob.username, 'Buy now'],
    ],
  )
})

test('operators walk reported photos, the one that was reported last first', async (t) => {
  const app = await startApp(t)
  const [ann, bob, oda] = await app.people('ann', 'bob', 'oda')
  await asOperator(app, oda)
  const ids = await insertPhotos(app, ann, 5)
  for (const id of ids) await bob.send('POST', `/api/photos/${id}/report`, { reason: 'spam' })
  const [oldest = ''] = ids
  await oda.send('POST', `/api/photos/${oldest}/report`, { reason: 'spam' })
  const found: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { body }: Answer = await oda.get(`/api/ops/reports?limit=2${cursor && `&cursor=${cursor}`}`)
    found.push(...body.items.map((item: { photo: { card: { id: string } } }) => item.photo.card.id))
    cursor = body.nextCursor
  }
  assert.deepEqual(found, [oldest, ...ids.slice(1).toReversed()])
})

test('dismissed reports stay so; hiding ends them and tells the author why', async (t) => {
  const app = await startApp(t)
  const [ann, bob, oda] = await app.people('ann', 'bob', 'oda')
  await asOperator(app, oda)
  const [good = '', bad = ''] = await insertPhotos(app, ann, 2)
  for (const id of [good, bad]) await bob.send('POST', `/api/photos/${id}/report`, { reason: 'violence' })
  const resolve = (id: string, body: object) => oda.send('POST', `/api/ops/reports/${id}/resolve`, body)
  assertRefused(await resolve(good, { action: 'burn' }), 400, 'request.invalid')
  const dismissed = await resolve(good, { action: 'dismiss' })
  assert.deepEqual([dismissed.body.openReportCount, dismissed.body.reportCount, dismissed.body.hidden], [0, 1, null])
  assertRefused(await resolve(good, { action: 'dismiss' }), 404, 'report.not_found')
  assert.equal((await bob.send('POST', `/api/photos/${good}/report`, { reason: 'violence' })).status, 201)
  assert.equal((await resolve(bad, { action: 'hide' })).body.hidden.reason, 'Reported: violence')
  assert.deepEqual((await oda.get('/api/ops/reports')).body.items, [])
  assert.equal((await bob.get(`/api/photos/${good}`)).status, 200)
  assertRefused(await bob.get(`/api/photos/${bad}`), 410, 'photo.hidden')
  const acts = (await oda.get('/api/ops/acts')).body.items
  assert.deepEqual(
    acts.map((act: { act: string; target: string; reason: string }) => [act.act, act.target, act.reason]),
    [
      ['photo.hide', bad, 'Reported: violence'],
      ['report.dismiss', good, ''],
    ],
  )
})
