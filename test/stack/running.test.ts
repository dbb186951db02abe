import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { clientAddress, component, components, eventually, get, keepAsking, minigram, stack } from '../support/stack.ts'

test('status shows one primary, two replicas, three app servers, all healthy', async () => {
  const all = await components()
  const roles = all.filter((each) => each.component === 'postgres').map((each) => each.role)
  assert.deepEqual(roles.toSorted(), ['primary', 'replica', 'replica'])
  assert.equal(all.filter((each) => each.component === 'app').length, 3)
  assert.deepEqual(
    all.filter((each) => !each.healthy).map((each) => each.name),
    [],
  )
})

test('ten calls show all three app servers', async () => {
  const names = new Set<string>()
  for (let call = 0; call < 10; call++) names.add(JSON.parse((await get(`${stack.lb}/api/instance`)).text).instance)
  assert.deepEqual([...names].toSorted(), ['app1', 'app2', 'app3'])
})

test('psql finds the leader, which streams to two replicas', async () => {
  const { stdout, code } = await minigram(
    'psql',
    '-c',
    "SELECT state FROM pg_stat_replication WHERE application_name LIKE 'pg%'",
  )
  assert.equal(code, 0)
  assert.equal(stdout.match(/streaming/g)?.length, 2)
})

test('Prometheus scrapes every app server and knows the five metrics of the brief', async () => {
  const query = async (expression: string) => {
    const { text } = await get(`${stack.prometheus}/api/v1/query?query=${encodeURIComponent(expression)}`)
    return JSON.parse(text).data.result
  }
  await eventually('three app servers up in Prometheus', 40_000, async () =>
    (await query('up{job="app"} == 1')).length === 3 ? true : null,
  )
  const names = [
    'http_request_duration_seconds_count',
    'http_requests_total',
    'active_connections',
    'db_connections_active',
  ]
  for (const name of names) await eventually(name, 40_000, async () => ((await query(name)).length > 0 ? true : null))
})

test('the balancer’s status page answers', async () => {
  assert.match((await get(stack.nginxStatus)).text, /Active connections: \d+/)
})

test('an app server that is killed costs no request and comes back', async () => {
  const before = await component('app2')
  // The next process need not compile what the first three have: an app server loads some two thousand files.
  const compiled = readdirSync(join(stack.state, 'run/compile-cache'), { recursive: true })
  assert.ok(compiled.length > 1_000, `${compiled.length} files in the compile cache`)
  const asking = keepAsking(`${stack.lb}/api/instance`)
  process.kill(before.pid ?? assert.fail('app2 has no pid'), 'SIGKILL')
  await eventually('app2 back', 30_000, async () => {
    const now = await component('app2')
    return now.healthy && now.pid !== before.pid ? true : null
  })
  const { count, failures } = await asking.stop()
  assert.ok(count > 5)
  assert.deepEqual(failures, [])
})

test('an app server that is told to leave finishes what it has', async () => {
  const before = await component('app3')
  const asking = keepAsking(`${stack.lb}/api/explore`)
  process.kill(before.pid ?? assert.fail('app3 has no pid'), 'SIGTERM')
  await eventually('app3 back', 30_000, async () => {
    const now = await component('app3')
    return now.healthy && now.pid !== before.pid ? true : null
  })
  assert.deepEqual((await asking.stop()).failures, [])
})

test('a client that asks too often is told when to come back, and nobody else notices', async () => {
  const [greedy, modest] = [clientAddress(), clientAddress()]
  const answers = await Promise.all(Array.from({ length: 250 }, () => get(`${stack.lb}/api/instance`, greedy)))
  const refused = answers.find(({ status }) => status === 429) ?? assert.fail('250 requests at once were all let in')
  assert.equal(JSON.parse(refused.text).code, 'request.rate_limited')
  assert.ok(Number(refused.headers['retry-after']) >= 1)
  const answersOfModest = await Promise.all(Array.from({ length: 40 }, () => get(`${stack.lb}/api/instance`, modest)))
  assert.ok(
    answersOfModest.every(({ status }) => status === 200),
    'another client pays for the greedy one',
  )
  const forged = await Promise.all(
    Array.from({ length: 250 }, (_, index) =>
      get(`${stack.lb}/api/instance`, greedy, {
        'x-forwarded-for': `127.9.9.${index}`,
        'x-real-ip': `127.9.9.${index}`,
      }),
    ),
  )
  assert.ok(
    forged.some(({ status }) => status === 429),
    'a forged address bought another budget',
  )
})

test('a purge without the secret is refused, on either listener', async () => {
  const purge = async (origin: string) =>
    (await fetch(origin, { method: 'PURGE', headers: { 'xkey-purge': 'media-0' } })).status
  assert.equal(await purge(stack.edgePurge), 403)
  assert.equal(await purge(stack.edge), 405)
})

test('a second up finds everything as it should be', async () => {
  const before = await components()
  const { code, stderr } = await minigram('up', '--no-smoke')
  assert.equal(code, 0, stderr)
  const pids = (all: typeof before) => all.map(({ name, pid }) => `${name} ${pid}`).toSorted()
  assert.deepEqual(pids(await components()), pids(before))
})
