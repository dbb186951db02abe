import { parseArgs } from 'node:util'
import { readFileSync, writeFileSync } from 'node:fs'
import { loadConfig } from '../src/platform/config.ts'
import { createLog } from '../src/platform/log.ts'
import { openServices } from '../src/processes/services.ts'
import { CLAIMS } from './claims.ts'
import { difference, readCounters } from './counters.ts'
import type { Crowd } from './generator/crowd.ts'
import type { Second } from './generator/driven.ts'
import { MIXES, type MixName } from './generator/mixes.ts'
import { openCrowd, THREADS_USUALLY, type OpenCrowdOptions } from './generator/open-crowd.ts'
import { openRemoteCrowd } from './generator/remote-crowd.ts'
import { printRun, type LoadResult } from './print-run.ts'
import { PROFILES, type Profile, type ProfileName } from './profiles.ts'
import { seedWhatIsLacking } from './prove/preparation.ts'
import { chosenTarget } from './target.ts'

const EXIT = { met: 0, missed: 1, usage: 2, void: 3, interrupted: 130 } as const

const USAGE = `usage: npm run load -- [--profile ${Object.keys(PROFILES).join('|')}] [--mix ${Object.keys(MIXES).join('|')}]
  [--people N] [--rate ACTIONS_PER_SECOND] [--seconds S] [--photos DIR] [--keep-uploads] [--threads N] [--seed N] [--json FILE]
  [--target URL [--edge URL] [--edge-secret FILE] [--i-own-this-host]]

Drives the stack that MINIGRAM_STATE and MINIGRAM_PORT_OFFSET name, over loopback, open loop; seeds it where it lacks people and photos.
${Object.entries(PROFILES)
  .map(([name, { about }]) => `  ${name.padEnd(8)} ${about}`)
  .join('\n')}
--target drives a service by its address alone, as seeded people who sign in. Anything but this machine wants --i-own-this-host. Without
--edge-secret, a file with the stack's secret \`edge\`, all people share the limits of one client.
Ctrl-C ends it with the report so far. Exit code: ${EXIT.met} when P95 of dynamic requests is at most ${CLAIMS.P2.limit} ms and at most ${CLAIMS.P4.limit} % of all failed, ${EXIT.missed} when not,
${EXIT.usage} for a wrong option, ${EXIT.void} when the generator was the bottleneck (the run is void). docs/load.md tells the rest.`

const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted)
    stop.abort()
  })
process.exitCode = await main().catch((error: unknown) => {
  console.error(`load: ${error instanceof Error ? error.message : String(error)}`)
  return EXIT.missed
})

async function main(): Promise<number> {
  const values = readValues()
  const profile: Profile | undefined = PROFILES[values.profile as ProfileName]
  const mix = values.mix ?? profile?.mix ?? ''
  const isKnown = profile !== undefined && mix in MIXES
  if (values.help || !isKnown) {
    console.log(USAGE)
    return values.help ? EXIT.met : EXIT.usage
  }
  const options: OpenCrowdOptions = {
    people: number('people', values.people, profile.people),
    seed: number('seed', values.seed, 1),
    photosDirectory: values.photos,
    threads: number('threads', values.threads, THREADS_USUALLY),
    hasCelebrity: mix === 'celebrity',
    keepsUploads: values['keep-uploads'],
  }
  const arrivals = profile.arrivals(
    number('rate', values.rate, profile.actionsPerSecond),
    number('seconds', values.seconds, profile.seconds),
  )
  // A key of MIXES: checked above.
  const run = (crowd: Crowd) => {
    console.error(`  ${crowd.people} people are signed in`)
    return crowd.drive({ mix: MIXES[mix as MixName], arrivals, signal: stop.signal, onSecond: tellSecond })
  }

  if (values.target !== undefined) {
    const target = chosenTarget({
      url: values.target,
      edgeUrl: values.edge,
      edgeSecret: values['edge-secret'] && readFileSync(values['edge-secret'], 'utf8').trim(),
      isOwn: values['i-own-this-host'],
    })
    await using crowd = await openRemoteCrowd(target, options)
    return finish({ mix, ...(await run(crowd)), servers: null }, values.json)
  }
  const { config, secrets } = loadConfig()
  await using services = openServices(config, secrets, createLog('load', 'silent'), { hasReaders: false })
  await services.postgres.untilWritable(10_000).catch(() => {
    throw new Error(`no stack answers at ${config.stateDirectory}   try: ./minigram up`)
  })
  await seedWhatIsLacking(services, values.photos, (line) => console.error(`  ${line}`), profile.data)
  await using crowd = await openCrowd(services, options)
  const before = await readCounters(config.portOffset)
  const driven = await run(crowd)
  return finish({ mix, ...driven, servers: difference(before, await readCounters(config.portOffset)) }, values.json)
}

function readValues() {
  try {
    return parseArgs({
      options: {
        profile: { type: 'string', default: 'steady' },
        mix: { type: 'string' },
        people: { type: 'string' },
        rate: { type: 'string' },
        seconds: { type: 'string' },
        photos: { type: 'string' },
        'keep-uploads': { type: 'boolean', default: false },
        threads: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'string' },
        target: { type: 'string' },
        edge: { type: 'string' },
        'edge-secret': { type: 'string' },
        'i-own-this-host': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    console.error(`load: ${error instanceof Error ? error.message : String(error)}\n`)
    console.log(USAGE)
    return process.exit(EXIT.usage)
  }
}

function number(name: string, given: string | undefined, usual: number): number {
  const value = Number(given ?? usual)
  if (Number.isFinite(value) && value > 0) return value
  console.error(`load: --${name} '${given}' is no number above 0`)
  return process.exit(EXIT.usage)
}

function tellSecond({ second, dynamic, p95Ms, failed, inFlight }: Second): void {
  if (!process.stderr.isTTY) return
  const text = `${second} s   ${dynamic} dynamic requests/s, P95 ${p95Ms.toFixed(0)} ms, ${failed} failed, ${inFlight} in flight`
  process.stderr.write(`\r\x1b[2K  ${text}`)
}

function finish(result: LoadResult, file: string | undefined): number {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K')
  console.log(printRun(result))
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`)
  const { dynamic, all } = result.total
  if (result.generator.isVoid) return EXIT.void
  const isMet = dynamic.p95Ms <= CLAIMS.P2.limit && all.failed * 100 <= all.count * CLAIMS.P4.limit
  return isMet ? EXIT.met : EXIT.missed
}
