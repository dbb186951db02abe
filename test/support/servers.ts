import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import pg from 'pg'
import { migrate } from '../../src/platform/migrate.ts'

/** Addresses of the throwaway servers of one test run, as they travel in MINIGRAM_TEST_SERVERS. */
export interface TestServers {
  postgresPort: number
  redisPort: number
}

export const TEMPLATE_DATABASE = 'minigram_template'
const START_DEADLINE_MS = 20_000

/** A PostgreSQL without fsync and a Redis without files, both gone when this is disposed of. */
export async function startServers(): Promise<TestServers & AsyncDisposable> {
  const directory = mkdtempSync(join(tmpdir(), 'minigram-test-'))
  const [postgresPort, redisPort] = [await freePort(), await freePort()]
  const children: ChildProcess[] = []
  try {
    children.push(startPostgres(join(directory, 'pg'), postgresPort))
    children.push(startRedis(directory, redisPort))
    await makeTemplate(postgresPort)
  } catch (error) {
    await stopAll(children, directory)
    throw error
  }
  return { postgresPort, redisPort, [Symbol.asyncDispose]: () => stopAll(children, directory) }
}

/** Where the newest PostgreSQL of this machine has its programs. */
export function postgresPrograms(): string {
  const version = readdirSync('/usr/lib/postgresql').sort().at(-1)
  if (!version) throw new Error('no PostgreSQL server is installed: ./minigram doctor tells what is missing')
  return join('/usr/lib/postgresql', version, 'bin')
}

export function startPostgres(directory: string, port: number): ChildProcess {
  mkdirSync(directory)
  const owner = unprivilegedUser()
  if (owner) {
    chownSync(directory, owner.uid, owner.gid)
    chownSync(join(directory, '..'), owner.uid, owner.gid)
  }
  const initdb = spawnSync(
    join(postgresPrograms(), 'initdb'),
    ['-D', directory, '-U', 'minigram_user', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    { ...owner, encoding: 'utf8' },
  )
  if (initdb.status !== 0) throw new Error(`initdb: ${initdb.stderr}`)
  return runPostgres(directory, port)
}

/** The server of a data directory that is there. */
export function runPostgres(directory: string, port: number, extra: readonly string[] = []): ChildProcess {
  const settings = [
    'fsync=off',
    'full_page_writes=off',
    'max_connections=300',
    'shared_buffers=64MB',
    'listen_addresses=127.0.0.1',
    ...extra,
  ]
  return spawn(
    join(postgresPrograms(), 'postgres'),
    ['-D', directory, '-p', String(port), '-k', directory, ...settings.flatMap((setting) => ['-c', setting])],
    { ...unprivilegedUser(), stdio: 'ignore' },
  )
}

export function startRedis(directory: string, port: number): ChildProcess {
  const config = join(directory, 'redis.conf')
  writeFileSync(
    config,
    `bind 127.0.0.1\nport ${port}\nsave ""\nappendonly no\ndatabases 64\nrequirepass test\nzset-max-listpack-entries 512\n`,
  )
  return spawn('redis-server', [config], { stdio: 'ignore' })
}

/** PostgreSQL refuses to run as root; any unprivileged account will do. */
export function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (userInfo().uid !== 0) return undefined
  const { stdout } = spawnSync('id', ['-u', 'nobody'], { encoding: 'utf8' })
  const group = spawnSync('id', ['-g', 'nobody'], { encoding: 'utf8' })
  return { uid: Number(stdout), gid: Number(group.stdout) }
}

export async function makeTemplate(port: number): Promise<void> {
  const admin = { host: '127.0.0.1', port, user: 'minigram_user', password: 'test' }
  const end = Date.now() + START_DEADLINE_MS
  for (;;) {
    const client = new pg.Client({ ...admin, database: 'postgres' })
    try {
      await client.connect()
      await client.query(`create database ${TEMPLATE_DATABASE}`)
      await client.end()
      break
    } catch (error) {
      await client.end().catch(() => undefined)
      if (Date.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  const pool = new pg.Pool({ ...admin, database: TEMPLATE_DATABASE, max: 2 })
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  await migrate(pool, join(import.meta.dirname, '../../db/migrations'))
  await pool.end()
}

export async function stopAll(children: readonly ChildProcess[], directory: string): Promise<void> {
  await Promise.all(
    children.map(
      (child) =>
        new Promise<void>((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return resolve()
          child.once('exit', () => resolve())
          child.kill('SIGINT')
        }),
    ),
  )
  if (existsSync(directory)) rmSync(directory, { recursive: true, force: true })
}

/** Below the ports that Linux gives to outgoing connections: one of those could take the place before the server listens. */
const PORT_FIRST = 20_000
const PORT_COUNT = 12_000
let nextPort = randomInt(PORT_COUNT)

/** A port on which nobody listens, another at each call: test files run side by side, so each begins somewhere else. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORT_FIRST + (nextPort++ % PORT_COUNT)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    )
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

let own: Promise<TestServers & AsyncDisposable> | null = null

/** The run's servers, or, where a file is run alone, servers of its own. */
export async function serversOf(t: TestContext): Promise<TestServers> {
  const given = process.env['MINIGRAM_TEST_SERVERS']
  // Written by test/support/run.ts.
  if (given) return JSON.parse(given) as TestServers
  own ??= startServers()
  const servers = await own
  t.after(async () => {
    own = null
    await servers[Symbol.asyncDispose]()
  })
  return servers
}
