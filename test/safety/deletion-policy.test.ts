import assert from 'node:assert/strict'
import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { FOLDERS, KEYS, TABLES } from '../../db/deletion-policy.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { Person } from '../support/person.ts'
import { publishes } from '../support/photos.ts'
import { jpeg } from '../support/pictures.ts'
import { startOwnRedis } from '../support/replicas.ts'

const ROOT = join(import.meta.dirname, '../..')
const ON_DELETE: Record<string, string> = {
  c: 'cascade',
  n: 'set null',
  a: 'no action',
  r: 'restrict',
  d: 'set default',
}

test('every table and column says what happens to it when its owner goes', async (t) => {
  const app = await startApp(t)
  const rows = await app.rows<{ table: string; columns: string[] }>(
    `select relname as table, array_agg(attname::text order by attname) as columns
     from pg_attribute join pg_class on pg_class.oid = attrelid
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and attnum > 0 and not attisdropped
     group by relname`,
  )
  const live = Object.fromEntries(rows.map(({ table, columns }) => [table, columns.toSorted()]))
  const ruled = Object.fromEntries(
    Object.entries(TABLES).map(([table, { columns }]) => [table, columns.split(' ').toSorted()]),
  )
  assert.deepEqual(live, ruled)
})

test('the database does to each foreign key what its rule says, and nothing that names an account or a photo has none', async (t) => {
  const app = await startApp(t)
  const rows = await app.rows<{ table: string; column: string; target: string; on_delete: string }>(
    `select conrelid::regclass::text as table, attname as column, confrelid::regclass::text as target, confdeltype as on_delete
     from pg_constraint join pg_attribute on attrelid = conrelid and attnum = any (conkey)
     where contype = 'f' and connamespace = 'public'::regnamespace`,
  )
  const live = rows.map((row) => `${row.table}.${row.column} ${row.target}: ${ON_DELETE[row.on_delete]}`)
  const ruled = Object.entries(TABLES).flatMap(([table, { references = {} }]) =>
    Object.entries(references).map(([column, fate]) => `${table}.${column} ${fate}`),
  )
  assert.deepEqual(live.toSorted(), ruled.toSorted())
  const loose = Object.entries(TABLES).flatMap(([table, { columns, references = {}, files = {} }]) =>
    columns
      .split(' ')
      .filter((column) => /_(id|key)$/.test(column) && !(column in references) && !(column in files))
      .map((column) => `${table}.${column}`),
  )
  assert.deepEqual(loose, ['job_workers.worker_id'])
})

test('every family of keys in the code has a rule', () => {
  const families = globSync('src/{platform,features,processes}/**/*.ts', { cwd: ROOT })
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap((file) => [...readFileSync(join(ROOT, file), 'utf8').matchAll(/`([a-z][a-z-]*):\$\{/g)])
    .map(([, family = '']) => family)
    .filter((family) => !['http', 'https'].includes(family))
  assert.deepEqual(
    families.filter((family) => !(family in KEYS)),
    [],
  )
})

/** Everything that a person can leave behind. */
async function livesHere(app: TestApp, ann: Person, bob: Person): Promise<string[]> {
  const own = await publishes(app, ann, 'mine')
  const other = await publishes(app, bob, 'theirs')
  const avatar = await ann.uploads('/api/accounts/me/avatar', await jpeg('face'), { method: 'PUT' })
  assert.equal(avatar.status, 200, JSON.stringify(avatar.body))
  for (const [one, two, photo] of [
    [ann, bob, other],
    [bob, ann, own],
  ] as const) {
    await one.send('PUT', `/api/photos/${photo.id}/like`)
    await one.send(
      'POST',
      `/api/photos/${photo.id}/comments`,
      { text: `by ${one.username}` },
      { 'idempotency-key': 'a-key-of-mine' },
    )
    await one.send('PUT', `/api/accounts/${two.username}/follow`)
    for (const path of ['/api/feed', '/api/explore', '/api/accounts/me', '/api/sessions', `/api/photos/${photo.id}`])
      assert.equal((await one.get(path)).status, 200, path)
  }
  await app.visitor().get(`/api/accounts/${ann.username}`)
  return [own.id, other.id]
}

/** Rows anywhere whose text holds one of these, as `table`. */
async function tablesNaming(app: TestApp, needles: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const table of Object.keys(TABLES)) {
    const rows = await app.rows(`select 1 from ${table} where ${table}::text like any ($1) limit 1`, [
      needles.map((needle) => `%${needle}%`),
    ])
    if (rows.length > 0) found.push(table)
  }
  return found
}

test('of a deleted account nothing is left but what a rule keeps: no row, no file, no key that does not end', async (t) => {
  const app = await startApp(t)
  const [ann, bob] = await app.people('ann', 'bob')
  const { redisMain, config } = app.services
  const [ownPhotoId = ''] = await livesHere(app, ann, bob)
  const [account] = await app.rows<{ id: string; avatar_key: string }>(
    'select id, avatar_key from all_accounts where username = $1',
    [ann.username],
  )
  const { id = '', avatar_key: avatarKey = '' } = account ?? {}
  const [photo] = await app.rows<{ media_key: string }>('select media_key from all_photos where id = $1', [ownPhotoId])
  const named = [id, ann.username, ownPhotoId, photo?.media_key ?? '', avatarKey]
  assert.ok(named.every((needle) => needle.length > 4))
  assert.ok((await tablesNaming(app, named)).length > 6, 'she was here')

  assert.equal((await ann.send('DELETE', '/api/accounts/me')).status, 204)
  await app.runJobs()
  const mayStay = new Set(Object.entries(TABLES).flatMap(([table, { outlives }]) => (outlives ? [table] : [])))
  assert.deepEqual(
    (await tablesNaming(app, named)).filter((table) => !mayStay.has(table)),
    [],
  )
  for (const folder of [config.mediaDirectory, config.spoolDirectory]) {
    const left = globSync('**/*', { cwd: folder }).filter((path) => named.some((needle) => path.includes(needle)))
    assert.deepEqual(left, [], folder)
  }
  for (const key of await redisMain.client.keys('*')) {
    if (!named.some((needle) => key.includes(needle))) continue
    assert.ok((await redisMain.client.ttl(key)) > 0, `${key} stays for ever`)
  }
})

test('every key in Redis is of a known family and ends in time, and every folder is a known one', async (t) => {
  // Of its own: in the one that tests share, some plant what a real stack never has.
  const redis = `127.0.0.1:${(await startOwnRedis(t)).port}`
  const app = await startApp(t, { MINIGRAM_REDIS_MAIN: redis, MINIGRAM_REDIS_CACHE: redis })
  const [ann, bob] = await app.people('ann', 'bob')
  await livesHere(app, ann, bob)
  const { client } = app.services.redisMain
  const keys = await client.keys('*')
  assert.ok(keys.length > 10)
  for (const key of keys) {
    const family = key.split(':')[0] ?? ''
    const rule = KEYS[family] ?? assert.fail(`${key} has no rule in db/deletion-policy.ts`)
    const ttlSeconds = await client.ttl(key)
    // -2: it ended meanwhile.
    assert.ok(ttlSeconds === -2 || (ttlSeconds >= 0 && ttlSeconds <= rule.ttlSeconds), `${key}: ${ttlSeconds} s`)
  }
  const { config } = app.services
  for (const [folder, path] of [
    ['media', config.mediaDirectory],
    ['spool', config.spoolDirectory],
  ] as const) {
    const unknown = readdirSync(path).filter((name) => !FOLDERS[folder]?.some(({ names }) => names.test(name)))
    assert.deepEqual(unknown, [], `${folder} holds what has no rule in db/deletion-policy.ts`)
  }
})
