import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import sharp from 'sharp'
import { startApp, type TestApp } from '../../test/support/app.ts'
import { picturesIn } from './picture-sources.ts'
import { seedStack, type Phase, type SeedSummary } from './seed.ts'
import { SEED_PASSWORD } from './write-people.ts'

const TABLES = ['accounts', 'follows', 'photos', 'likes', 'comments'] as const
const phase: Phase = (_name, work) => work(() => undefined)

test('a seed fills an empty stack, and a second run adds nothing', async (t) => {
  const app = await startApp(t)
  const summary = await seeded(t, app)
  const counts = await countRows(app)
  assert.deepEqual([counts.accounts, counts.photos], [60, 200])
  for (const [table, kind] of [
    ['accounts', 'people'],
    ['follows', 'follows'],
    ['likes', 'likes'],
    ['comments', 'comments'],
  ] as const)
    assert.deepEqual(summary[kind], { total: counts[table], added: counts[table] }, kind)
  assert.ok(counts.likes > 200 && counts.comments > 20)
  assert.match(summary.refused.join(), /notes\.txt: .*JPEG/)
  await assertInOrder(app)

  const again = await seeded(t, app)
  assert.deepEqual(await countRows(app), counts)
  assert.deepEqual([again.people.added, again.photos.added, again.likes.added], [0, 0, 0])

  const ada = app.visitor()
  const signedIn = await ada.send('POST', '/api/sessions', { username: 'ada', password: SEED_PASSWORD })
  assert.equal(signedIn.status, 201, JSON.stringify(signedIn.body))
  ada.token = signedIn.body.token
  const feed = await ada.get('/api/feed?limit=50')
  assert.equal(feed.body.items.length, 50)
  assert.ok(feed.body.viewer.liked.length > 0)
})

test('all uses of a picture share its files, and each has a directory of its own', async (t) => {
  const app = await startApp(t)
  await seeded(t, app)
  const { mediaDirectory } = app.services.config
  const keys = (await app.rows<{ media_key: string }>('select media_key from photos')).map((row) => row.media_key)
  assert.equal(new Set(keys).size, 200)
  const inodes = new Set(keys.map((key) => statSync(join(mediaDirectory, key, '640.jpg')).ino))
  assert.equal(inodes.size, 3)
  for (const width of [320, 640, 1280])
    for (const format of ['jpg', 'webp', 'avif'])
      assert.ok(existsSync(join(mediaDirectory, keys[0] ?? '', `${width}.${format}`)), `${width}.${format}`)
  const avatars = await app.rows<{ avatar_key: string }>('select avatar_key from accounts where avatar_key is not null')
  assert.ok(avatars.length > 30)
  for (const { avatar_key: key } of avatars) assert.ok(existsSync(join(mediaDirectory, key, '256.webp')))
  assert.deepEqual(readdirSync(app.services.config.spoolDirectory), [])
})

test('an interrupted seed is completed by the next run, with its counters in order meanwhile', async (t) => {
  const app = await startApp(t)
  const interruption = new AbortController()
  const stopping: Phase = (name, work) => {
    if (name === 'reactions') interruption.abort(new Error('interrupted'))
    return work(() => undefined)
  }
  await assert.rejects(seeded(t, app, { phase: stopping, signal: interruption.signal }), /interrupted/)
  const halfway = await countRows(app)
  assert.deepEqual([halfway.photos, halfway.likes], [200, 0])
  await assertInOrder(app)

  await app.rows('delete from follows where follower_id in (select id from accounts order by id limit 7)')
  const [first] = await app.rows<{ media_key: string }>('select media_key from photos limit 1')
  rmSync(join(app.services.config.mediaDirectory, first?.media_key ?? ''), { recursive: true })
  const completed = await seeded(t, app)
  const counts = await countRows(app)
  assert.ok(completed.follows.added > 0 && completed.likes.added > 0)
  assert.equal(completed.follows.total, counts.follows)
  assert.ok(existsSync(join(app.services.config.mediaDirectory, first?.media_key ?? '', '320.webp')))
  await assertInOrder(app)
})

test('a deleted photo stays deleted, and a name that somebody has stays theirs', async (t) => {
  const app = await startApp(t)
  await app.rows(`insert into accounts (id, username, password_hash) values (gen_random_uuid(), 'ada', 'x')`)
  const summary = await seeded(t, app)
  assert.equal(summary.signIn[0], 'ada2')
  await app.rows(
    'with old as (delete from photos where id in (select id from photos limit 5) returning id) insert into gone_photos (id) select id from old',
  )
  const again = await seeded(t, app)
  assert.deepEqual(again.photos, { total: 195, added: 0 })
  assert.deepEqual(again.signIn, summary.signIn)
  await assertInOrder(app)
})

test('a larger seed of the same name keeps the people of the smaller one', async (t) => {
  const app = await startApp(t)
  await seeded(t, app)
  const larger = await seeded(t, app, { people: 90, photos: 230 })
  assert.deepEqual(larger.people, { total: 90, added: 30 })
  assert.deepEqual(larger.photos, { total: 230, added: 30 })
  await assertInOrder(app)
})

async function seeded(
  t: { after(work: () => void): void },
  app: TestApp,
  wishes: { people?: number; photos?: number; phase?: Phase; signal?: AbortSignal } = {},
): Promise<SeedSummary> {
  const directory = mkdtempSync(join(tmpdir(), 'minigram-pictures-'))
  t.after(() => rmSync(directory, { recursive: true }))
  for (const [name, background] of [
    ['garden-flower.png', '#b04080'],
    ['lake.png', '#204080'],
    ['street.png', '#808080'],
  ] as const) {
    const picture = sharp({ create: { width: 700, height: 500, channels: 3, background } })
    writeFileSync(join(directory, name), await picture.png().toBuffer())
  }
  writeFileSync(join(directory, 'notes.txt'), 'no picture')
  const { postgres, config, log } = app.services
  return seedStack({
    postgres,
    mediaDirectory: config.mediaDirectory,
    spoolDirectory: config.spoolDirectory,
    log,
    seed: 'test',
    people: 60,
    photos: 200,
    edges: null,
    avatars: 3,
    pictures: picturesIn(directory),
    signal: new AbortController().signal,
    phase,
    ...wishes,
  })
}

async function countRows(app: TestApp): Promise<Record<(typeof TABLES)[number], number>> {
  const counts = await Promise.all(
    TABLES.map(async (table) => [table, (await app.rows<{ n: number }>(`select count(*) as n from ${table}`))[0]?.n]),
  )
  return Object.fromEntries(counts)
}

/** Counters equal lists, ids tell the same time as the rows, and nothing happens before its time. */
async function assertInOrder(app: TestApp): Promise<void> {
  const troubles = await app.rows(`
    select 'photo counters' as what, id from photos where (like_count, comment_count) is distinct from
      ((select count(*) from likes where photo_id = photos.id), (select count(*) from comments where photo_id = photos.id))
    union all select 'account counters', id from accounts where (photo_count, follower_count, following_count) is distinct from
      ((select count(*) from photos where account_id = accounts.id),
       (select count(*) from follows where followee_id = accounts.id),
       (select count(*) from follows where follower_id = accounts.id))
    union all select 'photo id', id from photos where left(id::text, 13) <> ${TIME_OF_ID}
    union all select 'comment id', id from comments where left(id::text, 13) <> ${TIME_OF_ID}
    union all select 'photo before account', p.id from photos p join accounts a on a.id = p.account_id where p.created_at < a.created_at
    union all select 'like too early', p.id from likes l join photos p on p.id = l.photo_id where l.created_at < p.created_at
    union all select 'comment too early', c.id from comments c join photos p on p.id = c.photo_id where c.created_at < p.created_at
    union all select 'in the future', id from comments where created_at > now()
    union all select 'no alternative text', id from photos where alt_text = ''`)
  assert.deepEqual(troubles, [])
}

const TIME_OF_ID = `overlay(lpad(to_hex(floor(extract(epoch from created_at) * 1000)::bigint), 12, '0') placing '-' from 9 for 0)`
