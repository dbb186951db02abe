import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { setImmediate as immediate } from 'node:timers/promises'
import { sql } from 'kysely'
import { startApp, type TestApp } from '../support/app.ts'
import { createPerson, type Person } from '../support/person.ts'
import { insertPhotos, walk } from '../support/photos.ts'
import { addressesOf, signalServer, startOwnRedis, startReplicated, until, type Node } from '../support/replicas.ts'
import { positionKey } from '../../src/platform/consistency.ts'

const PAIRS = process.env['MINIGRAM_TEST_FULL'] ? 2_000 : 400
const NO_LIMITS = {
  MINIGRAM_LIMIT_READS_PER_MINUTE: '1000000',
  MINIGRAM_LIMIT_WRITES_PER_MINUTE: '1000000',
}

/** Two app servers over a primary, a replica that follows at once and one that is five seconds behind. */
async function startBoth(t: TestContext) {
  const nodes = await startReplicated(t, ['0', '5s'])
  const redisMain = await startOwnRedis(t)
  const environment = {
    ...NO_LIMITS,
    MINIGRAM_POSTGRES_NODES: addressesOf(nodes),
    MINIGRAM_REDIS_MAIN: `127.0.0.1:${redisMain.port}`,
  }
  const one = await startApp(t, environment)
  const other = await startApp(t, {
    ...environment,
    MINIGRAM_POSTGRES_DATABASE: one.database,
    MINIGRAM_INSTANCE: 'app2',
  })
  const apps = [one, other]
  for (const app of apps)
    await until(
      'both replicas are read',
      30_000,
      () => roleOf(app, 'pg2') === 'replica' && roleOf(app, 'pg3') === 'replica',
    )
  return { nodes, redisMain, apps, one, other }
}

const roleOf = (app: TestApp, name: string) =>
  app.services.postgres.nodes.find((node) => node.name === name)?.state.role

/** The same person at another app server. */
function at(app: TestApp, person: Person): Person {
  return Object.assign(createPerson(app.origin), { username: person.username, token: person.token })
}

/** Writes at one server, reads at another, in turn with all combinations. How many of the reads missed the write. */
async function staleReads(
  apps: readonly TestApp[],
  person: Person,
  pairs: number,
  {
    write,
    read,
    between = async () => undefined,
  }: {
    write: (writer: Person, round: number) => Promise<{ status: number }>
    read: (reader: Person, round: number) => Promise<boolean>
    between?: () => Promise<unknown>
  },
): Promise<number> {
  const seats = apps.map((app) => at(app, person))
  let stale = 0
  for (let round = 0; round < pairs; round += 1) {
    const { status } = await write(seats[round % 2] ?? person, round)
    assert.ok(status < 300, `write ${round} answered ${status}`)
    await between()
    if (!(await read(seats[(round >> 1) % 2] ?? person, round))) stale += 1
  }
  return stale
}

const bio = {
  write: (writer: Person, round: number) => writer.send('PATCH', '/api/accounts/me', { bio: `bio ${round}` }),
  read: async (reader: Person, round: number) => (await reader.get('/api/accounts/me')).body.bio === `bio ${round}`,
}

test('over a replica that is five seconds behind, nobody misses their own write', async (t) => {
  const { apps, one, redisMain } = await startBoth(t)
  const [ann, bob] = await one.people('ann', 'bob')
  const [photo = ''] = await insertPhotos(one, bob, 1)
  const share = Math.ceil(PAIRS / 4)

  await t.test('in rows that every request reads', async () => {
    assert.equal(await staleReads(apps, ann, share, bio), 0)
  })
  await t.test('in profiles, cards and likes, which come from caches', async () => {
    const profile = {
      ...bio,
      read: async (reader: Person, round: number) =>
        (await reader.get(`/api/accounts/${ann.username}`)).body.bio === `bio ${round}`,
    }
    assert.equal(await staleReads(apps, ann, share, profile), 0)
    const like = {
      write: (writer: Person, round: number) => writer.send(round % 2 ? 'DELETE' : 'PUT', `/api/photos/${photo}/like`),
      read: async (reader: Person, round: number) => {
        const card = (await reader.get(`/api/photos/${photo}`)).body
        return card.likeCount === (round + 1) % 2 && card.viewer.liked.length === (round + 1) % 2
      },
    }
    assert.equal(await staleReads(apps, ann, share, like), 0)
  })
  await t.test('in the feed after a follow', async () => {
    const follow = {
      write: (writer: Person, round: number) =>
        writer.send(round % 2 ? 'DELETE' : 'PUT', `/api/accounts/${bob.username}/follow`),
      read: async (reader: Person, round: number) => (await walk(reader, '/api/feed', 5)).length === (round + 1) % 2,
    }
    assert.equal(await staleReads(apps, ann, share, follow), 0)
  })
  await t.test('while without the write position they would: this test can fail', async () => {
    const [row] = await one.rows<{ id: string }>('select id from accounts where username = $1', [ann.username])
    // Until then a missing position means the primary. Writes go on: after a pause the slow replica would seem further behind than it is.
    await until('redis-main is settled', 40_000, async () => {
      await bio.write(ann, 0)
      return apps.every((app) => app.services.redisMain.isSettled())
    })
    const between = () => one.services.redisMain.client.del(positionKey(row?.id ?? ''))
    const stale = await staleReads(apps, ann, 60, { ...bio, between })
    assert.ok(stale > 10, `${stale} of 60`)
  })
  await t.test('and with redis-main gone', async () => {
    await redisMain.kill()
    assert.equal(await staleReads(apps, ann, Math.ceil(share / 2), bio), 0)
  })
})

test('a frozen replica leaves and comes back, and no read fails meanwhile', async (t) => {
  const nodes = await startReplicated(t, ['0'])
  const app = await startApp(t, { ...NO_LIMITS, MINIGRAM_POSTGRES_NODES: addressesOf(nodes) })
  const replica = nodeOf(nodes, 'pg2')
  await until('the replica is read', 30_000, () => roleOf(app, 'pg2') === 'replica')
  const [ann] = await app.people('ann')
  signalServer(replica.process, 'SIGSTOP')
  const asked: Promise<{ status: number }>[] = []
  await until('it has left', 10_000, () => {
    asked.push(app.visitor().get('/api/search/accounts?q=ann'))
    return roleOf(app, 'pg2') !== 'replica'
  })
  const startedAt = Date.now()
  assert.equal((await ann.get('/api/accounts/me')).status, 200)
  assert.ok(Date.now() - startedAt < 1_000, 'nobody waits for it any more')
  signalServer(replica.process, 'SIGCONT')
  await until('it is back', 10_000, () => roleOf(app, 'pg2') === 'replica')
  for (const answer of await Promise.all(asked)) assert.equal(answer.status, 200)
})

test('what would wait for a replica is read from the primary, as long as that leaves it for writes', async (t) => {
  const nodes = await startReplicated(t, ['0'])
  const app = await startApp(t, { MINIGRAM_POSTGRES_NODES: addressesOf(nodes), MINIGRAM_POSTGRES_POOL_MAX: '8' })
  await until('the replica is read', 30_000, () => roleOf(app, 'pg2') === 'replica')
  async function rolesOfReads(count: number): Promise<string> {
    const reads: Promise<string>[] = []
    for (let started = 0; started < count; started += 1) {
      const isReplica = sql<{ is: boolean }>`select pg_is_in_recovery() as is from pg_sleep(1)`
      const read = app.services.postgres.read('any', (db) => isReplica.execute(db))
      reads.push(read.then(({ rows }) => (rows[0]?.is ? 'replica' : 'primary')))
      // Until it has its connection, or waits for one.
      await immediate()
    }
    const roles = await Promise.all(reads)
    return `${roles.filter((role) => role === 'replica').length} replica, ${roles.filter((role) => role === 'primary').length} primary`
  }
  assert.equal(await rolesOfReads(8), '8 replica, 0 primary')
  assert.equal(await rolesOfReads(13), '11 replica, 2 primary')
  // Writes alone keep reads away from it.
  const writes = Array.from({ length: 2 }, () =>
    app.services.postgres.write((trx) => sql`select pg_sleep(3)`.execute(trx)),
  )
  await immediate()
  assert.equal(await rolesOfReads(10), '10 replica, 0 primary')
  await Promise.all(writes)
})

test('a primary that turns read-only is not written to, and reading goes on', async (t) => {
  const nodes = await startReplicated(t, [])
  const app = await startApp(t, { ...NO_LIMITS, MINIGRAM_POSTGRES_NODES: addressesOf(nodes) })
  const [ann] = await app.people('ann')
  const turn = (isReadOnly: boolean) =>
    app.rows(`do $$ begin
      set local transaction_read_only = off;
      execute 'alter database ${app.database} set default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}';
      perform pg_terminate_backend(pid) from pg_stat_activity where datname = '${app.database}' and pid <> pg_backend_pid();
    end $$`)
  await turn(true)
  const statuses = new Set<number>()
  await until('writes are refused', 10_000, async () => {
    const answer = await ann.send('PATCH', '/api/accounts/me', { bio: 'x' })
    statuses.add(answer.status)
    if (answer.status === 503) assert.ok(Number(answer.headers.get('retry-after')) > 0)
    return answer.status === 503 && answer.body.code === 'service.no_primary'
  })
  assert.equal((await app.visitor().get('/api/explore')).status, 200)
  await turn(false)
  await until('writes go on', 10_000, async () => {
    const answer = await ann.send('PATCH', '/api/accounts/me', { bio: 'y' })
    statuses.add(answer.status)
    return answer.status === 200
  })
  assert.deepEqual(
    [...statuses].filter((status) => status !== 200 && status !== 503),
    [],
  )
})

test('a replica that is further behind than allowed is not read until it has caught up', async (t) => {
  const nodes = await startReplicated(t, ['3s'])
  const app = await startApp(t, {
    ...NO_LIMITS,
    MINIGRAM_POSTGRES_NODES: addressesOf(nodes),
    MINIGRAM_REPLICA_LAG_MAX_SECONDS: '1',
  })
  await until('the replica is known', 30_000, () => roleOf(app, 'pg2') === 'replica')
  const [ann] = await app.people('ann')
  const lag = () => app.services.postgres.nodes.find(({ name }) => name === 'pg2')?.state.lagSeconds ?? 0
  await until('it is seen to lag', 10_000, async () => {
    await ann.send('PATCH', '/api/accounts/me', { bio: String(Date.now()) })
    return lag() > 1
  })
  const { kysely } = app.services.postgres.nodes.find(({ name }) => name === 'pg2') ?? assert.fail()
  let asked = 0
  const original = kysely.getExecutor().executeQuery
  t.mock.method(kysely.getExecutor(), 'executeQuery', function (this: unknown, ...args: Parameters<typeof original>) {
    asked += 1
    return original.apply(this as never, args)
  })
  for (let round = 0; round < 10; round += 1)
    assert.equal((await app.visitor().get(`/api/search/accounts?q=ann${round}`)).status, 200)
  assert.equal(asked, 0)
})

function nodeOf(nodes: readonly Node[], name: string): Node {
  return nodes.find((node) => node.name === name) ?? assert.fail()
}
