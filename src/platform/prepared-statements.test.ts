import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { startApp } from '../../test/support/app.ts'

test('a connection keeps what it was sent, by text, and goes on when there are more texts than it keeps', async (t) => {
  const app = await startApp(t)
  const { postgres } = app.services
  const ask = (text: string, value: number) =>
    postgres.read('primary', (db) =>
      db.connection().execute(async (connection) => {
        const { rows } = await sql<{ answer: number }>`${sql.raw(text)} + ${value} as answer`.execute(connection)
        const kept = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(connection)
        return { answer: rows[0]?.answer, kept: kept.rows.map(({ statement }) => statement) }
      }),
    )
  const first = await ask('select 1', 2)
  assert.equal(first.answer, 3)
  const second = await ask('select 1', 40)
  assert.equal(second.answer, 41)
  assert.equal(second.kept.filter((statement) => statement.startsWith('select 1 +')).length, 1)
  for (let nr = 0; nr < 600; nr += 1) assert.equal((await ask(`select ${nr}`, 1)).answer, nr + 1)
  const last = await ask('select 1', 1)
  assert.equal(last.answer, 2)
  assert.ok(last.kept.length > 100 && last.kept.length <= 500, `${last.kept.length} kept`)
})
