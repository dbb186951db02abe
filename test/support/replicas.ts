import { spawnSync, type ChildProcess } from 'node:child_process'
import { chownSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import pg from 'pg'
import { eventually } from './eventually.ts'
import {
  freePort,
  makeTemplate,
  postgresPrograms,
  runPostgres,
  startPostgres,
  startRedis,
  stopAll,
  unprivilegedUser,
} from './servers.ts'

export interface Node {
  name: string
  port: number
  process: ChildProcess
  /** All its processes at once, as a crash does. */
  kill(): Promise<void>
  /** On the files that it left. */
  start(): void
}

/** A primary `pg1` and a streaming replica per delay ('0' or as recovery_min_apply_delay has it). Stopped when the test ends. `timeline`: as after so many elections but one. */
export async function startReplicated(t: TestContext, delays: readonly string[], timeline = 1): Promise<Node[]> {
  const directory = mkdtempSync(join(tmpdir(), 'minigram-replicas-'))
  const processes: ChildProcess[] = []
  t.after(() => {
    for (const each of processes) signalServer(each, 'SIGCONT')
    return stopAll(processes, directory)
  })
  const port = await freePort()
  function track(name: string, port: number, start: () => ChildProcess, first = start()): Node {
    processes.push(first)
    return {
      name,
      port,
      process: first,
      async kill() {
        const ended = new Promise((resolve) => this.process.once('exit', resolve))
        signalServer(this.process, 'SIGKILL')
        await ended
      },
      start() {
        this.process = start()
        processes.push(this.process)
      },
    }
  }
  const path = (name: string) => join(directory, name)
  const first = track('pg1', port, () => runPostgres(path('pg1'), port), startPostgres(path('pg1'), port))
  const nodes = [first]
  await makeTemplate(port)
  if (timeline > 1) {
    const ended = new Promise((resolve) => first.process.once('exit', resolve))
    // An orderly end: what recovery would need is about to go.
    first.process.kill('SIGINT')
    await ended
    moveToTimeline(path('pg1'), timeline)
    first.start()
    await eventually('the server is up again', 20_000, () => connects(port))
  }
  for (const delay of delays) {
    const name = `pg${nodes.length + 1}`
    const target = path(name)
    const copy = spawnSync(
      join(postgresPrograms(), 'pg_basebackup'),
      ['-D', target, '-d', `host=127.0.0.1 port=${port} user=minigram_user`, '-X', 'stream', '-c', 'fast', '-R', '-N'],
      { ...unprivilegedUser(), encoding: 'utf8', cwd: directory },
    )
    if (copy.status !== 0) throw new Error(`pg_basebackup: ${copy.stderr}`)
    const replicaPort = await freePort()
    nodes.push(track(name, replicaPort, () => runPostgres(target, replicaPort, [`recovery_min_apply_delay=${delay}`])))
  }
  return nodes
}

/** @throws while it does not answer */
async function connects(port: number): Promise<true> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'minigram_user', database: 'postgres' })
  await client.connect()
  await client.end()
  return true
}

/** Of a server that is down. Replicas ask for its history, of which there is none. */
function moveToTimeline(directory: string, timeline: number): void {
  const name = timeline.toString(16).toUpperCase().padStart(8, '0')
  const owner = unprivilegedUser()
  const { status, stderr } = spawnSync(
    join(postgresPrograms(), 'pg_resetwal'),
    ['-f', '-l', `${name}0000000000000010`, '-D', directory],
    { ...owner, encoding: 'utf8', cwd: directory },
  )
  if (status !== 0) throw new Error(`pg_resetwal: ${stderr}`)
  const history = join(directory, 'pg_wal', `${name}.history`)
  writeFileSync(history, '')
  if (owner) chownSync(history, owner.uid, owner.gid)
}

/** As MINIGRAM_POSTGRES_NODES has it. */
export function addressesOf(nodes: readonly Node[]): string {
  return nodes.map(({ name, port }) => `${name}=127.0.0.1:${port}`).join()
}

export interface OwnRedis {
  port: number
  process: ChildProcess
  kill(): Promise<void>
}

/** A Redis that no other test uses, to be killed or frozen. */
export async function startOwnRedis(t: TestContext): Promise<OwnRedis> {
  const directory = mkdtempSync(join(tmpdir(), 'minigram-redis-'))
  const port = await freePort()
  const server = startRedis(directory, port)
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  t.after(() => {
    server.kill('SIGCONT')
    return stopAll([server], directory)
  })
  return {
    port,
    process: server,
    async kill() {
      server.kill('SIGKILL')
      await exited
    },
  }
}

/** To a PostgreSQL server and its processes, which do not get what is sent to the first of them. */
export function signalServer({ pid }: ChildProcess, signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
  if (pid === undefined) return
  for (const each of [...childrenOf(pid), pid]) {
    try {
      process.kill(each, signal)
    } catch {
      continue
    }
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return Number(readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]) === pid
      } catch {
        return false
      }
    })
    .map(Number)
}

/** Resolves once `condition` holds. */
export async function until(
  what: string,
  deadlineMs: number,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  await eventually(what, deadlineMs, async () => ((await condition()) ? true : null))
}
