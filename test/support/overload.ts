import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadConfig } from '../../src/platform/config.ts'
import { createLog } from '../../src/platform/log.ts'
import { portOf } from '../../src/platform/ports.ts'
import { openServices } from '../../src/processes/services.ts'
import { MIXES } from '../../load/generator/mixes.ts'
import { openCrowd } from '../../load/generator/open-crowd.ts'
import { eventually, get, stack } from './stack.ts'

export interface Overload {
  people: number
  /** Far above what the machine carries. */
  actionsPerSecond: number
  /** For how long it goes on once every app server calls itself overloaded. */
  seconds: number
}

const OVERLOADED_WITHIN_MS = 60_000
const CALM_WITHIN_MS = 60_000
const LOOK_MS = 100

/** Overloads every app server, and asserts what must hold meanwhile and afterwards (docs/invariants.md, 11). */
export async function overloadAll({ people, actionsPerSecond, seconds }: Overload): Promise<void> {
  const { config, secrets } = loadConfig()
  const watcherPort = portOf('watcherMetrics', config.portOffset)
  const before = await readMetrics(watcherPort)
  const inRotation = [...before].filter(([name, value]) => name.startsWith('lb_slot_up{') && value === 1)
  const numbers = inRotation.map(([name]) => Number(/"app(\d+)"/.exec(name)?.[1]))
  assert.ok(numbers.length >= 2, `${numbers.length} app servers are in the rotation`)
  await using services = openServices(config, secrets, createLog('overload', 'silent'))
  await services.postgres.untilWritable(10_000)
  await using crowd = await openCrowd(services, { people })

  const stop = new AbortController()
  const refused: Awaited<ReturnType<typeof get>>[] = []
  const health: number[] = []
  const overloaded = new Set<number>()
  const until = async (step: () => Promise<void>) => {
    while (!stop.signal.aborted) await step().then(() => sleep(LOOK_MS))
  }
  const looking = [
    until(async () => void health.push((await get(`${stack.lb}/health/ready`)).status)),
    until(async () => {
      const search = await get(`${stack.lb}/api/search/accounts?q=a`)
      if (search.status !== 200) refused.push(search)
    }),
    ...numbers.map((number) =>
      until(async () => {
        if (await isOverloaded(number)) overloaded.add(number)
      }),
    ),
  ]
  const driving = crowd.drive({
    mix: MIXES.browse,
    // Longer than all of this takes: we end it.
    arrivals: [{ seconds: 300, actionsPerSecond }],
    signal: stop.signal,
  })
  try {
    await eventually(
      'every app server calls itself overloaded or has as many requests as it may have, and a search is refused',
      OVERLOADED_WITHIN_MS,
      async () =>
        (overloaded.size === numbers.length && refused.length > 0) || refused.some(isByBalancer) ? true : null,
    )
    await sleep(seconds * 1_000)
  } finally {
    stop.abort()
    await Promise.allSettled([driving, ...looking])
  }
  const { total } = await driving
  await Promise.all(looking)

  assert.deepEqual(ejections(await readMetrics(watcherPort)), ejections(before), 'an app server left the rotation')
  const failures = Object.keys(total.failures)
  assert.ok(
    failures.some((why) => why.endsWith(': 503')),
    `nothing was refused: ${failures.join(', ')}`,
  )
  for (const number of numbers) assert.ok(answered(total.appServers[`app${number}`]), `app${number} answered nobody`)
  assert.ok(health.length > 0 && health.every((status) => status === 200), `health said ${health.join()}`)
  for (const { status, headers, text } of refused) {
    assert.equal(status, 503, text)
    assert.ok(Number(headers['retry-after']) >= 1)
    assert.match(JSON.parse(text).code, /^service\.(overloaded|unavailable)$/)
  }
  await eventually('all are calm again', CALM_WITHIN_MS, async () =>
    (await Promise.all(numbers.map(isOverloaded))).some(Boolean) ? null : true,
  )
  await eventually('a search again', CALM_WITHIN_MS, async () =>
    (await get(`${stack.lb}/api/search/accounts?q=a`)).status === 200 ? true : null,
  )

  async function isOverloaded(number: number): Promise<boolean> {
    const values = await readMetrics(portOf('appMetrics', config.portOffset) + number)
    return values.get(`overloaded{instance="app${number}"}`) === 1
  }
}

/** NGINX refuses by itself only when every place of every slot is taken. */
function isByBalancer({ text }: { text: string }): boolean {
  return text.includes('service.unavailable')
}

function answered(tally: { count: number; failed: number } | undefined): boolean {
  return tally !== undefined && tally.count > tally.failed
}

function ejections(values: ReadonlyMap<string, number>): [string, number][] {
  return [...values].filter(([name]) => name.startsWith('lb_slot_ejections_total'))
}

async function readMetrics(port: number): Promise<Map<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const lines = text.matchAll(/^(\w+(?:\{.*\})?) (\S+)$/gm)
  return new Map([...lines].map(([, name = '', value]) => [name, Number(value)]))
}
