import { parseArgs } from 'node:util'
import { writeFileSync } from 'node:fs'
import { loadConfig } from '../src/platform/config.ts'
import { createLog } from '../src/platform/log.ts'
import { openServices } from '../src/processes/services.ts'
import { difference, readCounters } from './counters.ts'
import { MIXES, type MixName } from './generator/mixes.ts'
import { openCrowd, THREADS_USUALLY } from './generator/open-crowd.ts'
import { printRun } from './print-run.ts'
import { PROFILES, type Profile, type ProfileName } from './profiles.ts'

const USAGE = `usage: npm run load -- [--profile ${Object.keys(PROFILES).join('|')}] [--mix ${Object.keys(MIXES).join('|')}] [--people N]
  [--rate ACTIONS_PER_SECOND] [--seconds S] [--photos DIR] [--keep-uploads] [--threads N] [--seed N] [--json FILE]

Drives the stack that MINIGRAM_STATE and MINIGRAM_PORT_OFFSET name, over loopback, open loop.
${Object.entries(PROFILES)
  .map(([name, { about }]) => `  ${name.padEnd(8)} ${about}`)
  .join('\n')}
Ctrl-C ends it with the report so far. Exit code: 0 when P95 of dynamic requests is at most 300 ms and fewer than 0.1 % of all failed,
1 when not, 2 for a wrong option, 3 when the generator was the bottleneck (the run is void).`

const { values } = parseArgs({
  options: {
    profile: { type: 'string', default: 'steady' },
    mix: { type: 'string' },
    people: { type: 'string' },
    rate: { type: 'string' },
    seconds: { type: 'string' },
    photos: { type: 'string' },
    'keep-uploads': { type: 'boolean', default: false },
    threads: { type: 'string', default: String(THREADS_USUALLY) },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const profile: Profile | undefined = PROFILES[values.profile as ProfileName]
const mix = values.mix ?? profile?.mix ?? ''
if (values.help || profile === undefined || !(mix in MIXES)) {
  console.log(USAGE)
  process.exit(values.help ? 0 : 2)
}

const { config, secrets } = loadConfig()
await using services = openServices(config, secrets, createLog('load', 'warn'))
await services.postgres.untilWritable(10_000)
const stop = new AbortController()
process.once('SIGINT', () => stop.abort())

// Checked above.
const chosen = MIXES[mix as MixName]
await using crowd = await openCrowd(services, {
  people: Number(values.people ?? profile.people),
  seed: Number(values.seed),
  photosDirectory: values.photos,
  threads: Number(values.threads),
  hasCelebrity: mix === 'celebrity',
  keepsUploads: values['keep-uploads'],
})
const before = await readCounters(config.portOffset)
const driven = await crowd.drive({
  mix: chosen,
  arrivals: profile.arrivals(
    Number(values.rate ?? profile.actionsPerSecond),
    Number(values.seconds ?? profile.seconds),
  ),
  signal: stop.signal,
  onSecond: ({ second, dynamic, p95Ms, failed, inFlight }) =>
    process.stderr.isTTY &&
    process.stderr.write(
      `\r  ${second} s   ${dynamic} dynamic req/s, p95 ${p95Ms.toFixed(0)} ms, ${failed} failed, ${inFlight} in flight   `,
    ),
})
const result = { mix, ...driven, servers: difference(before, await readCounters(config.portOffset)) }
console.log(printRun(result))
if (values.json) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`)
const { dynamic, all } = driven.total
const isGood = dynamic.p95Ms <= 300 && all.failed < all.count * 0.001
process.exitCode = driven.generator.isVoid ? 3 : isGood ? 0 : 1
