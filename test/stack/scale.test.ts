import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNativeFleet } from '../../src/fleet/native-fleet.ts'
import { components, eventually, get, keepAsking, minigram, stack } from '../support/stack.ts'

const fleet = createNativeFleet({ stateDirectory: stack.state })
const inRotation = async () => (await fleet.list()).filter((each) => each.inRotation).map(({ name }) => name)

test('three app servers become five, then two, then three, and no request fails', async (t) => {
  t.after(() => minigram('scale', 'app=3'))
  const pids = async () =>
    new Map((await components()).filter(({ component }) => component === 'app').map(({ name, pid }) => [name, pid]))
  const before = await pids()
  const asking = [keepAsking(`${stack.lb}/api/instance`, 3), keepAsking(`${stack.lb}/api/explore`, 3)]

  const out = await minigram('scale', 'app=5', '--json')
  assert.equal(out.code, 0, out.stderr)
  assert.deepEqual(
    JSON.parse(out.stdout).map(({ name, state, inRotation }: Record<string, unknown>) => [name, state, inRotation]),
    [1, 2, 3, 4, 5].map((slot) => [`app${slot}`, 'running', true]),
  )
  assert.match(out.stderr, /app4 +takes requests +\d+\.\d s/)
  const answering = new Set<string>()
  await eventually('all five answer', 30_000, async () => {
    answering.add(JSON.parse((await get(`${stack.lb}/api/instance`)).text).instance)
    return answering.size === 5 ? true : null
  })

  const back = await minigram('scale', 'app=2')
  assert.equal(back.code, 0, back.stderr)
  assert.match(back.stdout, /5 → 2/)
  assert.deepEqual(await inRotation(), ['app1', 'app2'])
  assert.deepEqual([...(await pids()).keys()], ['app1', 'app2'])
  assert.equal((await minigram('scale', 'app=3')).code, 0)

  for (const each of asking) {
    const { count, failures } = await each.stop()
    assert.ok(count > 20, `only ${count} requests`)
    assert.deepEqual(failures, [])
  }
  const after = await pids()
  assert.deepEqual(
    ['app1', 'app2'].map((name) => after.get(name)),
    ['app1', 'app2'].map((name) => before.get(name)),
  )
})

test('the number is remembered, and the next up restarts none of them', async (t) => {
  t.after(() => minigram('scale', 'app=3'))
  assert.equal((await minigram('scale', 'app=4')).code, 0)
  const before = await fleet.list()
  const up = await minigram('up', '--no-smoke')
  assert.equal(up.code, 0, up.stderr)
  assert.deepEqual(await fleet.list(), before)
  assert.equal(before.filter(({ state }) => state === 'running').length, 4)
  assert.match((await minigram('status')).stdout, /app servers 4 of 4 take requests/)
})

test('a frozen app server leaves the rotation, a resumed one returns, a killed one is replaced', async (t) => {
  t.after(() => fleet.resume('app2').catch(() => undefined))
  const member = async () => (await fleet.list()).find(({ name }) => name === 'app2') ?? assert.fail('no app2')
  await fleet.freeze('app2')
  assert.equal((await member()).state, 'frozen')
  await assert.rejects(fleet.scale(3), /app2 is frozen/)
  await eventually('app2 out of rotation', 20_000, async () => ((await member()).inRotation ? null : true))
  await fleet.resume('app2')
  await eventually('app2 back in rotation', 20_000, async () => ((await member()).inRotation ? true : null))
  const { pid } = await member()
  await fleet.kill('app2')
  await eventually('another app2 in rotation', 30_000, async () => {
    const now = await member()
    return now.inRotation && now.pid !== pid && now.pid !== null ? true : null
  })
})

test('scale without a stack, with a wrong number or a wrong word says what to type', async () => {
  for (const words of [['app=0'], ['app=17'], ['app=five'], ['web=3'], ['app=2', 'app=3']]) {
    const { code, stderr, stdout } = await minigram('scale', ...words)
    assert.equal(code, 2, words.join(' '))
    assert.match(stderr, /try: .*scale --help/)
    assert.equal(stdout, '')
  }
})
