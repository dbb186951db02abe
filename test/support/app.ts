import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { runOnce } from 'graphile-worker'
import pg from 'pg'
import { loadConfig, Secrets } from '../../src/platform/config.ts'
import { createLog } from '../../src/platform/log.ts'
import { toLogger, toTaskList } from '../../src/platform/job-runner.ts'
import { createApiApp } from '../../src/processes/api-app.ts'
import { createJobHandlers } from '../../src/processes/job-handlers.ts'
import { openServices, type Services } from '../../src/processes/services.ts'
import { eventually } from './eventually.ts'
import { createPerson, type Person } from './person.ts'
import { serversOf, TEMPLATE_DATABASE } from './servers.ts'

export interface TestApp {
  origin: string
  database: string
  services: Services
  /** Signed-up people with unique usernames that start with the given names. */
  people<const Names extends readonly string[]>(...names: Names): Promise<{ [Index in keyof Names]: Person }>
  visitor(): Person
  /** Runs every job that is due, and those that they add. */
  runJobs(): Promise<void>
  /** Rows of a query on the test's own database. */
  rows<Row extends object>(query: string, values?: readonly unknown[]): Promise<Row[]>
}

const SECRETS = ['postgres-app', 'redis-main', 'redis-cache', 'edge'] as const

/**
 * One app server on a database of its own, over HTTP on loopback; everything is stopped when the test ends. With
 * MINIGRAM_POSTGRES_DATABASE in `environment` it shares that of another app; the first of MINIGRAM_POSTGRES_NODES is the primary.
 */
export async function startApp(t: TestContext, environment: Readonly<Record<string, string>> = {}): Promise<TestApp> {
  const servers = await serversOf(t)
  const shared = environment['MINIGRAM_POSTGRES_DATABASE']
  const database = shared ?? `test_${randomBytes(6).toString('hex')}`
  const postgresPort = Number(/:(\d+)/.exec(environment['MINIGRAM_POSTGRES_NODES'] ?? '')?.[1] ?? servers.postgresPort)
  const admin = new pg.Pool({
    host: '127.0.0.1',
    port: postgresPort,
    user: 'minigram_user',
    password: 'test',
    database: 'postgres',
    max: 2,
  })
  admin.on('error', () => undefined)
  if (shared === undefined) await admin.query(`create database ${database} template ${TEMPLATE_DATABASE}`)
  const state = mkdtempSync(join(tmpdir(), 'minigram-app-'))
  for (const folder of ['media', 'spool']) mkdirSync(join(state, folder))
  const { config } = loadConfig({
    MINIGRAM_STATE: state,
    MINIGRAM_INSTANCE: 'app1',
    MINIGRAM_LISTEN_PORT: '0',
    MINIGRAM_LOG_LEVEL: process.env['MINIGRAM_TEST_LOG'] ?? 'fatal',
    MINIGRAM_POSTGRES_NODES: `pg1=127.0.0.1:${servers.postgresPort}`,
    MINIGRAM_POSTGRES_DATABASE: database,
    MINIGRAM_REDIS_MAIN: `127.0.0.1:${servers.redisPort}`,
    MINIGRAM_REDIS_CACHE: `127.0.0.1:${servers.redisPort}`,
    MINIGRAM_LB_PURGE_TARGET: 'none',
    MINIGRAM_EDGE_PURGE_TARGETS: 'none',
    MINIGRAM_SHED_DELAY_MS: '0',
    ...environment,
  })
  const secrets = new Secrets(new Map(SECRETS.map((name) => [name, 'test'])))
  const log = createLog(config.instance, config.logLevel)
  const services = openServices(config, secrets, log)
  const app = await createApiApp(services, () => 'ready')
  await services.postgres.untilWritable(10_000)
  // Other tests write to the same server; until their transactions have ended once, caches keep nothing that it answers.
  await eventually('it is known how far the primary can be read', 20_000, async () =>
    services.postgres.primary().state.position === null ? null : true,
  )
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })
  const jobs = createJobHandlers(services)
  const pool = new pg.Pool({
    host: '127.0.0.1',
    port: postgresPort,
    user: 'minigram_user',
    password: 'test',
    database,
    max: 3,
  })
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  t.after(async () => {
    app.server.closeAllConnections()
    await app.close()
    await jobs[Symbol.asyncDispose]()
    await services[Symbol.asyncDispose]()
    await pool.end()
    // Servers of the test's own have been stopped by now, and took it with them.
    if (shared === undefined)
      await admin.query(`drop database if exists ${database} with (force)`).catch(() => undefined)
    await admin.end()
    rmSync(state, { recursive: true, force: true })
  })

  return {
    origin,
    database,
    services,
    async people(...names) {
      const people = await Promise.all(
        names.map((name) => createPerson(origin).signsUp(`${name}_${randomBytes(4).toString('hex')}`)),
      )
      // `map` keeps the length of the tuple, which its type does not say.
      return people as { [Index in keyof typeof names]: Person }
    },
    visitor: () => createPerson(origin),
    async runJobs() {
      await runOnce({
        pgPool: pool,
        taskList: toTaskList({ handlers: { ...jobs.handlers, ...jobs.slow }, log, metrics: services.metrics }),
        concurrency: 2,
        noHandleSignals: true,
        logger: toLogger(log),
      })
    },
    async rows(query, values = []) {
      const { rows } = await pool.query(query, [...values])
      return rows
    },
  }
}
