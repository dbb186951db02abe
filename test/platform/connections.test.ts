import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { APP_SLOTS } from '../../src/platform/ports.ts'
import { startApp } from '../support/app.ts'

const WORKERS = 1
/** Beside its pool, a process keeps one connection per node that watches the role. */
const WATCH = 1
/** Migrations, a seed, an operator's psql, Patroni's own and what PostgreSQL keeps for its superuser. */
const OTHERS = 20
const BURST = 200

test('the largest fleet stays below the connections that a node takes', async (t) => {
  const template = readFileSync(join(import.meta.dirname, '../../deploy/postgres/patroni.yml.tmpl'), 'utf8')
  const maxConnections = Number(/max_connections: (\d+)/.exec(template)?.[1])
  assert.equal(maxConnections, 200)
  const app = await startApp(t, { MINIGRAM_LIMIT_READS_PER_MINUTE: '1000000' })
  const { postgresPoolMax } = app.services.config
  const perProcess = postgresPoolMax + WATCH
  assert.ok((APP_SLOTS + WORKERS) * perProcess + OTHERS < maxConnections, `${perProcess} connections a process`)

  // And a process does keep to it, whatever it is asked.
  const visitor = app.visitor()
  const connections = () =>
    app.rows<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity where application_name = 'app1' and datname = current_database()`,
    )
  const answers = Array.from({ length: BURST }, (_, at) => visitor.get(`/api/search/accounts?q=nobody${at}`))
  const seen: number[] = []
  let isOver = false
  const watching = (async () => {
    while (!isOver) seen.push((await connections())[0]?.count ?? 0)
  })()
  const statuses = new Set((await Promise.all(answers)).map(({ status }) => status))
  isOver = true
  await watching
  assert.deepEqual([...statuses], [200])
  assert.ok(Math.max(...seen) > WATCH, 'they were seen at work')
  assert.ok(Math.max(...seen) <= perProcess, `${Math.max(...seen)} connections`)
})
