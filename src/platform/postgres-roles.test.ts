import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { startReplicated, until } from '../../test/support/replicas.ts'
import { createLog } from './log.ts'
import { createSettledPosition, watchRole } from './postgres-roles.ts'

const at = (step: number, timeline = 1) => `0000000${timeline}:${step.toString(16).padStart(16, '0')}`

test('a position of a primary counts once whoever was writing when it was told has ended', () => {
  const settled = createSettledPosition()
  assert.equal(settled.upTo(at(1), ['7']), null)
  assert.equal(settled.upTo(at(2), ['7', '8']), null)
  assert.equal(settled.upTo(at(3), ['8', '9']), at(1))
  assert.equal(settled.upTo(at(4), ['9']), at(1), 'of the third nobody knew before')
  assert.equal(settled.upTo(at(5), []), at(5))
  assert.equal(settled.upTo(at(1, 2), ['10']), null, 'what another timeline had says nothing')
  assert.equal(settled.upTo(at(2, 2), []), at(2, 2))
})

test('a commit that is in the log and still waits for its replica is not counted as readable', async (t) => {
  const [node = assert.fail()] = await startReplicated(t, [])
  const connection = {
    host: '127.0.0.1',
    port: node.port,
    user: 'minigram_user',
    password: 'test',
    database: 'postgres',
  }
  const [writer, other] = [new pg.Client(connection), new pg.Client(connection)]
  await Promise.all([writer.connect(), other.connect()])
  t.after(() => Promise.all([writer.end(), other.end()]))
  // The server is stopped before they are.
  for (const client of [writer, other]) client.on('error', () => undefined)
  await other.query('create table notes (text text)')
  await using watch = watchRole({ name: 'pg1', connection, log: createLog('test', 'fatal') })
  await until('the primary is known', 10_000, async () => (await watch.probe()).position !== null)

  await other.query(`alter system set synchronous_standby_names = 'nobody'`)
  await other.query(`select pg_reload_conf()`)
  await until('commits wait for a replica', 10_000, async () => {
    const { rows } = await other.query('show synchronous_standby_names')
    return rows[0].synchronous_standby_names === 'nobody'
  })
  const { rows: writers } = await writer.query<{ pid: number }>('select pg_backend_pid() as pid')
  const waits = `select from pg_stat_activity where pid = $1 and wait_event = 'SyncRep'`
  const written: Promise<unknown>[] = []
  let isWriting = false
  await until('a commit waits', 10_000, async () => {
    // It is the checkpointer that makes them wait, and it may hear of the setting last.
    if (!isWriting)
      written.push(writer.query(`insert into notes values ('in the log')`).finally(() => (isWriting = false)))
    isWriting = true
    return (await other.query(waits, [writers[0]?.pid])).rowCount === 1
  })

  const { position } = await watch.probe()
  assert.equal((await other.query('select from notes')).rowCount, written.length - 1)
  assert.ok(position !== null && position < (await flushed(other)), 'the log is further than what can be read')

  await other.query('select pg_cancel_backend($1)', [writers[0]?.pid])
  await Promise.all(written)
  assert.equal((await other.query('select from notes')).rowCount, written.length)
  const log = await flushed(other)
  await until('it counts', 10_000, async () => ((await watch.probe()).position ?? '') >= log)
})

test('after nine elections and more, positions of primary and replica still compare', async (t) => {
  const nodes = await startReplicated(t, ['0'], 0xab)
  const log = createLog('test', 'fatal')
  const watches = nodes.map(({ name, port }) =>
    watchRole({
      name,
      connection: { host: '127.0.0.1', port, user: 'minigram_user', password: 'test', database: 'postgres' },
      log,
    }),
  )
  t.after(() => Promise.all(watches.map((watch) => watch[Symbol.asyncDispose]())))
  const [primary = assert.fail(), replica = assert.fail()] = watches
  await until('both are known', 20_000, async () => {
    await Promise.all([primary.probe(), replica.probe()])
    return primary.state.role === 'primary' && replica.state.position !== null
  })
  const written = primary.state.position ?? assert.fail()
  assert.match(written, /^000000ab:/)
  await until('the replica is as far', 10_000, async () => ((await replica.probe()).position ?? '') >= written)
  assert.equal(replica.state.position?.slice(0, 8), written.slice(0, 8))
})

async function flushed(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ lsn: string }>(
    `select '00000001:' || lpad(to_hex((pg_current_wal_flush_lsn() - '0/0')::bigint), 16, '0') as lsn`,
  )
  return rows[0]?.lsn ?? assert.fail()
}
