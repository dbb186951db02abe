import { Kysely, PostgresDialect, type CompiledQuery } from 'kysely'
import type { Tables } from '../../db/tables.ts'
import type { Reader } from '../../src/platform/postgres.ts'
import type { TestApp } from './app.ts'

/** How PostgreSQL goes about each statement that `run` sends, as EXPLAIN writes it. */
export async function plansOf(app: TestApp, run: (db: Reader) => Promise<unknown>): Promise<string[]> {
  const { pool } = app.services.postgres.primary()
  const sent: CompiledQuery[] = []
  const db: Reader = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => void sent.push(query),
  })
  await run(db)
  const plans: string[] = []
  for (const { sql, parameters } of sent.filter((query) => /^\s*(select|with)/.test(query.sql))) {
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, [...parameters])
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'))
  }
  return plans
}
