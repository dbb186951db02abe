import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { Kysely, PostgresDialect, type CompiledQuery } from 'kysely'
import { startApp } from '../../../test/support/app.ts'
import { HOT_QUERIES } from '../../../test/support/hot-queries.ts'
import type { Tables } from '../../../db/tables.ts'
import type { Reader } from '../../platform/postgres.ts'

/** PostgreSQL's plancache.c makes these before it thinks of a generic one. */
const CUSTOM_PLANS = 5
const PEOPLE = 300
const PHOTOS = 6_000
/** Text and ids alike, so that positions in the middle of every list can be named. */
const SEED = `
  insert into accounts (id, username, password_hash) select gen_random_uuid(), 'p' || n, '' from generate_series(1, ${PEOPLE}) n;
  create temp table person as select id, row_number() over (order by id) as n from accounts;
  insert into follows (follower_id, followee_id)
    select a.id, b.id from person a join person b on a.n <> b.n and (a.n * 7 + b.n) % 10 = 0;
  insert into photos (id, account_id, media_key, width, height, thumbhash, status, like_count, created_at)
    select gen_random_uuid(), person.id, '', 4, 3, '', 'ready', n2 % 50, now() - n2 * interval '1 minute'
    from generate_series(1, ${PHOTOS}) n2 join person on person.n = 1 + n2 % ${PEOPLE};
  insert into likes (photo_id, account_id)
    select photo.id, person.id from (select id, row_number() over (order by id) as n from photos) photo
    join person on (photo.n + person.n) % 60 = 0;
  -- The photo that is asked about is liked by everybody: of five likes, any index will do.
  insert into likes (photo_id, account_id) select (select id from photos order by id desc offset 3000 limit 1), id from person on conflict do nothing;
  insert into comments (id, photo_id, account_id, text)
    select gen_random_uuid(), photo.id, person.id, 'x' from (select id, row_number() over (order by id) as n from photos) photo
    join person on (photo.n + person.n) % 60 = 1;
  analyze`

test('every hot query finds its rows through the index that its comment names', async (t) => {
  const app = await startApp(t)
  const { pool } = app.services.postgres.primary()
  await app.rows(SEED)
  const [row] = await app.rows<{ account: string; photo: string }>(
    'select account_id as account, id as photo from photos order by id desc offset 3000 limit 1',
  )
  assert.ok(row)
  const photos = (await app.rows<{ id: string }>('select id from photos limit 20')).map(({ id }) => id)
  for (const { name, run, indexes } of HOT_QUERIES) {
    const sent: CompiledQuery[] = []
    const log = ({ query }: { query: CompiledQuery }) => void sent.push(query)
    const db: Reader = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }), log })
    await run(db, { ...row, photos })
    assert.equal(sent.length, 1, `${name} is one statement`)
    const { sql = '', parameters = [] } = sent[0] ?? {}
    const plan = await settledPlan(pool, sql, parameters)
    assert.ok(
      indexes.some((index) => plan.includes(index)),
      `${name} uses none of ${indexes.join()}:\n${plan}`,
    )
    assert.doesNotMatch(plan, /Seq Scan on (all_photos|likes|comments)/, `${name}:\n${plan}`)
  }
})

/** What a connection comes to go by, which prepares what it is sent: a plan for any parameters, where that is no dearer. */
async function settledPlan(pool: pg.Pool, sql: string, parameters: readonly unknown[]): Promise<string> {
  const client = await pool.connect()
  try {
    await client.query(`prepare hot as ${sql}`)
    const execution = `execute hot (${parameters.map(literal).join()})`
    for (let nr = 0; nr < CUSTOM_PLANS; nr += 1) await client.query(execution)
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${execution}`)
    return rows.map((line) => line['QUERY PLAN']).join('\n')
  } finally {
    client.release(true)
  }
}

function literal(value: unknown): string {
  return pg.escapeLiteral(Array.isArray(value) ? `{${value.join()}}` : String(value))
}
