import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../src/platform/config.ts'
import { createLog } from '../../src/platform/log.ts'
import { openServices } from '../../src/processes/services.ts'
import { MIXES } from '../../load/generator/mixes.ts'
import { openCrowd } from '../../load/generator/open-crowd.ts'
import { eventually, get, newPerson, stack } from '../support/stack.ts'

const SECONDS = 20
const RATE_PER_SECOND = 6_000

const rotation = () =>
  readdirSync(join(stack.state, 'run/slots'))
    .filter((name) => name.endsWith('.sock'))
    .toSorted()

test(
  'with every app server overloaded none leaves the rotation, what is refused says so, and then all is well again',
  { timeout: 180_000 },
  async () => {
    const before = rotation()
    assert.ok(before.length >= 2)
    const ann = await newPerson('ann')
    const { config, secrets } = loadConfig()
    await using services = openServices(config, secrets, createLog('overload', 'silent'))
    await services.postgres.untilWritable(10_000)
    await using crowd = await openCrowd(services, { people: 1_500 })

    const stop = new AbortController()
    const seen = {
      rotations: new Set<string>(),
      health: [] as number[],
      refused: [] as Awaited<ReturnType<typeof get>>[],
    }
    const looking = (async () => {
      while (!stop.signal.aborted) {
        seen.rotations.add(rotation().join())
        seen.health.push((await get(`${stack.lb}/health/ready`)).status)
        const search = await get(`${stack.lb}/api/search/accounts?q=a`)
        if (search.status !== 200) seen.refused.push(search)
      }
    })()
    const driven = await crowd.drive({
      mix: MIXES.browse,
      arrivals: [{ seconds: SECONDS, actionsPerSecond: RATE_PER_SECOND }],
      signal: stop.signal,
    })
    stop.abort()
    await looking

    const failures = Object.keys(driven.total.failures)
    assert.ok(
      failures.some((why) => why.endsWith(': 503')),
      `nothing was refused: ${failures.join(', ')}`,
    )
    assert.deepEqual([...seen.rotations], [before.join()], 'an app server left the rotation')
    assert.ok(seen.health.length > 0 && seen.health.every((status) => status === 200), 'health was refused')
    for (const { status, headers, text } of seen.refused) {
      assert.equal(status, 503)
      assert.ok(Number(headers['retry-after']) >= 1)
      assert.match(JSON.parse(text).code, /^service\.(overloaded|unavailable)$/)
    }
    assert.ok(seen.refused.length > 0, 'no search was refused')
    await eventually('a feed again', 20_000, async () => ((await ann.get('/api/feed')).status === 200 ? true : null))
    await eventually('a search again', 20_000, async () =>
      (await get(`${stack.lb}/api/search/accounts?q=a`)).status === 200 ? true : null,
    )
    assert.deepEqual(rotation(), before)
  },
)
