import { parseArgs } from 'node:util'
import { writeFileSync } from 'node:fs'
import { loadConfig } from '../src/platform/config.ts'
import { createLog } from '../src/platform/log.ts'
import { portOf } from '../src/platform/ports.ts'
import { openServices } from '../src/processes/services.ts'
import { difference, hitRates, readCounters, replicaShare } from './counters.ts'
import { drive } from './generator/drive.ts'
import { MIXES, type MixName } from './generator/mixes.ts'
import { signInPeople, signOutPeople } from './generator/people.ts'
import { printTable } from './report.ts'
import { lookAtWorld } from './world.ts'

const USAGE = `usage: npm run load -- [--mix ${Object.keys(MIXES).join('|')}] [--people N] [--rate ACTIONS_PER_SECOND]
  [--ramp SECONDS] [--seconds S] [--photos DIR] [--seed N] [--json FILE]

Drives the stack that MINIGRAM_STATE and MINIGRAM_PORT_OFFSET name, over loopback, open loop. Ctrl-C ends it with the report so far.
Exit code: 0 when every target was met, 1 when one was missed, 2 when the generator was the bottleneck (the run is void).`

const { values } = parseArgs({
  options: {
    mix: { type: 'string', default: 'browse' },
    people: { type: 'string', default: '2000' },
    rate: { type: 'string', default: '2000' },
    ramp: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '60' },
    photos: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help || !(values.mix in MIXES)) {
  console.log(USAGE)
  process.exit(values.help ? 0 : 2)
}

const { config, secrets } = loadConfig()
await using services = openServices(config, secrets, createLog('load', 'warn'))
await services.postgres.untilWritable(10_000)
const origin = (name: 'lb' | 'edge') => `http://127.0.0.1:${portOf(name, config.portOffset)}`
const stop = new AbortController()
process.once('SIGINT', () => stop.abort())

const world = await lookAtWorld(services, values.photos, Number(values.seed))
const people = await signInPeople(services, Number(values.people), { lb: origin('lb'), edge: origin('edge') })
const before = await readCounters(config.portOffset)
try {
  const driven = await drive({
    people,
    // Checked above.
    mix: MIXES[values.mix as MixName],
    world,
    actionsPerSecond: Number(values.rate),
    rampSeconds: Number(values.ramp),
    seconds: Number(values.seconds),
    signal: stop.signal,
    onSecond: (second, inFlight) =>
      process.stderr.isTTY && process.stderr.write(`\r  ${second} s, ${inFlight} in flight   `),
  })
  const counters = difference(before, await readCounters(config.portOffset))
  const result = {
    mix: values.mix,
    people: people.length,
    ...driven,
    replicaShare: replicaShare(counters),
    hitRates: hitRates(counters),
    requests: counters.requests,
  }
  console.log(printTable(result))
  if (values.json) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`)
  process.exitCode = driven.generator.isVoid
    ? 2
    : driven.report.dynamic.p95Ms <= 300 && driven.report.failed / Math.max(1, driven.report.dynamic.count) < 0.001
      ? 0
      : 1
} finally {
  await signOutPeople(services, people)
}
