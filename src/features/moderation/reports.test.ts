import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'
import { assertRefused, type Answer, type Person } from '../../../test/support/person.ts'
import { asOperator, insertPhotos } from '../../../test/support/photos.ts'
import { plansOf } from '../../../test/support/plans.ts'
import type { MadeReport, ReportedPhoto, ReportState } from '../../contract/moderation.ts'
import type { Reader } from '../../platform/postgres.ts'
import { listActs } from './moderation.queries.ts'
import { reportsOn, settledPhotos } from './reports.queries.ts'

test('a visitor cannot report a photo, and nobody one that is not there', async (t) => {
  const app = await startApp(t)
  const [ann, bob] = await app.people('ann', 'bob')
  const [id = ''] = await insertPhotos(app, ann, 1)
  const path = `/api/photos/${id}/report`
  assertRefused(await app.visitor().send('POST', path, { reason: 'spam' }), 401, 'session.required')
  assertRefused(await app.visitor().get(path), 401, 'session.required')
  assertRefused(await ann.send('POST', path, { reason: 'spam' }), 422, 'report.own_photo')
  const nobody = '/api/photos/01900000-0000-7000-8000-000000000000/report'
  assertRefused(await bob.send('POST', nobody, { reason: 'spam' }), 404, 'photo.not_found')
  assertRefused(await bob.get(nobody), 404, 'photo.not_found')
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
  assert.deepEqual((await bob.get(path)).body, { report: null })
  const first = await bob.send('POST', path, { reason: 'spam', text: ' Buy now ' })
  assert.equal(first.status, 201)
  assert.deepEqual([first.body.photoId, first.body.reason, first.body.text], [id, 'spam', 'Buy now'])
  const again = await bob.send('POST', path, { reason: 'nudity' })
  assert.equal(again.status, 201)
  assert.deepEqual(again.body, first.body)
  assert.deepEqual((await bob.get(path)).body, { report: { ...first.body, settledAt: null } })
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

/** Ids of the photos on all pages, two a page, in order. */
async function walkReports(oda: Person, state: ReportState): Promise<string[]> {
  const found: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { body }: Answer = await oda.get(`/api/ops/reports?limit=2&state=${state}${cursor && `&cursor=${cursor}`}`)
    found.push(...body.items.map((item: ReportedPhoto) => item.photo.card.id))
    cursor = body.nextCursor
  }
  return found
}

test('operators walk reported photos, the one that was reported last first', async (t) => {
  const app = await startApp(t)
  const [ann, bob, oda] = await app.people('ann', 'bob', 'oda')
  await asOperator(app, oda)
  const ids = await insertPhotos(app, ann, 5)
  for (const id of ids) await bob.send('POST', `/api/photos/${id}/report`, { reason: 'spam' })
  const [oldest = ''] = ids
  await oda.send('POST', `/api/photos/${oldest}/report`, { reason: 'spam' })
  assert.deepEqual(await walkReports(oda, 'open'), [oldest, ...ids.slice(1).toReversed()])
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

test('settled reports are a list of their own, the one that was settled last first', async (t) => {
  const app = await startApp(t)
  const [ann, bob, oda] = await app.people('ann', 'bob', 'oda')
  await asOperator(app, oda)
  const ids = await insertPhotos(app, ann, 5)
  const [again = '', , , , open = ''] = ids
  for (const id of ids) await bob.send('POST', `/api/photos/${id}/report`, { reason: 'spam', text: 'Look' })
  const settled = ids.filter((id) => id !== open)
  await oda.send('POST', `/api/photos/${again}/report`, { reason: 'other' })
  for (const id of settled) await oda.send('POST', `/api/ops/reports/${id}/resolve`, { action: 'dismiss' })
  assert.deepEqual(await walkReports(oda, 'settled'), settled.toReversed())
  assert.deepEqual(await walkReports(oda, 'open'), [open])

  const { body } = await oda.get('/api/ops/reports?state=settled')
  const last: ReportedPhoto = body.items.at(-1)
  assert.deepEqual(
    last.reports.map(({ reporter, reason, settledAt }) => [reporter.username, reason, settledAt]),
    [
      [oda.username, 'other', last.settledAt],
      [bob.username, 'spam', last.settledAt],
    ],
  )
  assert.deepEqual(last.reasons, [
    { reason: 'other', count: 1 },
    { reason: 'spam', count: 1 },
  ])
  assert.equal((await bob.get(`/api/photos/${again}/report`)).body.report.settledAt, last.settledAt)

  const [cleo] = await app.people('cleo')
  await cleo.send('POST', `/api/photos/${again}/report`, { reason: 'nudity' })
  assert.deepEqual(await walkReports(oda, 'settled'), settled.slice(1).toReversed(), 'reported anew, it is open again')
  const next = (await oda.get('/api/ops/reports?limit=1')).body.nextCursor
  assertRefused(await oda.get(`/api/ops/reports?state=settled&cursor=${next}`), 400, 'request.cursor_invalid')

  const path = `/api/ops/photos/${again}/reports`
  assertRefused(await bob.get(path), 403, 'account.operators_only')
  const first = (await oda.get(`${path}?limit=2`)).body
  const rest = (await oda.get(`${path}?limit=2&cursor=${first.nextCursor}`)).body
  const all: MadeReport[] = [...first.items, ...rest.items]
  assert.deepEqual(
    all.map(({ reporter, settledAt }) => [reporter.username, settledAt === null]),
    [
      [cleo?.username, true],
      [oda.username, false],
      [bob.username, false],
    ],
  )
  assert.equal(rest.nextCursor, null)
})

test('what operators look up is found through indexes', async (t) => {
  const app = await startApp(t)
  await app.rows(`
    insert into accounts (id, username, password_hash) select gen_random_uuid(), 'p' || n, '' from generate_series(1, 50) n;
    insert into photos (id, account_id, media_key, width, height, thumbhash, status)
      select gen_random_uuid(), id, '', 4, 3, '', 'ready' from accounts, generate_series(1, 100);
    insert into reports (photo_id, account_id, reason, created_at, resolved_at)
      select photos.id, reporter.id, 'spam', now() - random() * interval '9 days', now() - random() * interval '1 day'
      from photos, (select id from accounts limit 3) as reporter;
    insert into operator_acts (id, operator, act, target)
      select gen_random_uuid(), 'oda', 'photo.hide', (n % 500)::text from generate_series(1, 5000) n;
    analyze`)
  const [photo] = await app.rows<{ id: string }>('select id from photos limit 1')
  const id = photo?.id ?? ''
  const at = '2100-01-01T00:00:00.000000Z'
  for (const [index, run] of [
    ['reports_settled', (db) => settledPhotos(db, { after: { at, photoId: id }, limit: 21 })],
    ['reports_pkey', (db) => reportsOn(db, id, { after: { at, accountId: id }, limit: 21 })],
    ['operator_acts_of_target', (db) => listActs(db, { before: null, limit: 21, target: '7' })],
  ] satisfies [string, (db: Reader) => Promise<unknown>][]) {
    const [plan = ''] = await plansOf(app, run)
    assert.ok(plan.includes(index), `${index} is not used:\n${plan}`)
    assert.doesNotMatch(plan, /Seq Scan on (reports|operator_acts)/, plan)
  }
})
