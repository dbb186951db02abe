import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Registry } from 'prom-client'
import { createLog } from '../platform/log.ts'
import { createWatcher } from './watcher.ts'

const SETTLE_MS = 100

type Behaviour = 'ready' | 'overloaded' | 'draining' | 'frozen' | 'dying'

/** Three servers on real sockets that behave as the test says, and a watcher that has let them in. */
async function fleetOfThree(t: TestContext) {
  const state = mkdtempSync(join(tmpdir(), 'watcher-'))
  t.after(() => rmSync(state, { recursive: true }))
  const watcher = await createWatcher({
    stateDirectory: state,
    appMetricsPortBase: 1,
    registry: new Registry(),
    log: createLog('watcher', 'silent'),
  })
  const behaviours: Behaviour[] = ['ready', 'ready', 'ready']
  for (const index of behaviours.keys()) {
    const server = createServer(behaving(() => behaviours[index] ?? 'ready'))
    await new Promise<void>((resolve) => server.listen(join(state, `run/apps/app-0${index + 1}.sock`), resolve))
    t.after(() => {
      server.closeAllConnections()
      server.close()
    })
  }
  const rotation = () =>
    readdirSync(join(state, 'run/slots'))
      .map((name) => name.slice(4, 6))
      .toSorted()
      .join(' ')
  const rounds = async (count: number) => {
    for (let round = 0; round < count; round++) await watcher.round(SETTLE_MS)
  }
  await rounds(1)
  assert.equal(rotation(), '01 02 03')
  return { rotation, rounds, behave: (...now: Behaviour[]) => behaviours.splice(0, 3, ...now) }
}

function behaving(now: () => Behaviour): RequestListener {
  return (request, response) => {
    const behaviour = now()
    if (behaviour === 'dying') request.socket.destroy()
    else if (behaviour !== 'frozen')
      response.writeHead(behaviour === 'draining' ? 503 : 200).end(JSON.stringify({ status: behaviour }))
  }
}

test('one that freezes leaves after four rounds', async (t) => {
  const { rotation, rounds, behave } = await fleetOfThree(t)
  behave('ready', 'frozen', 'ready')
  await rounds(3)
  assert.equal(rotation(), '01 02 03')
  await rounds(1)
  assert.equal(rotation(), '01 03')
})

test('one that drains, or dies while it is asked, leaves in the same round, also under overload', async (t) => {
  const { rotation, rounds, behave } = await fleetOfThree(t)
  behave('draining', 'dying', 'overloaded')
  await rounds(1)
  assert.equal(rotation(), '03')
  behave('overloaded', 'ready', 'overloaded')
  await rounds(1)
  assert.equal(rotation(), '01 02 03')
})

test('beside overloaded ones a silent one stays, and with none left that answers all stay', async (t) => {
  const { rotation, rounds, behave } = await fleetOfThree(t)
  behave('overloaded', 'frozen', 'overloaded')
  await rounds(6)
  assert.equal(rotation(), '01 02 03')
  behave('frozen', 'frozen', 'frozen')
  await rounds(22)
  assert.equal(rotation(), '01 02 03')
})
