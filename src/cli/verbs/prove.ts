import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { CliError, EXIT } from '../cli-error.ts'
import { commandFor, type Context, type Verb } from '../context.ts'
import { usage } from '../flags.ts'
import { stackEnvironment } from '../plan/environment.ts'
import { readOsRelease } from '../run/facts.ts'
import { endWithUs, handleInterruption } from '../run/interruption.ts'
import { takeLock } from '../run/lock.ts'
import { installPackages } from '../run/packages.ts'
import { supervisorPid } from '../run/state.ts'

export const prove: Verb = {
  usage: '[NAME…] [--quick] [--compare] [--against OLD.json] [--out DIR] [--photos DIR] [--no-seed] [--json]',
  about:
    'Measures every promise that this version makes on the running stack, and writes a report (prove.html, prove.json). NAME is a suite\n(load, scaling, stress, tiers), a scenario or a promise; without one, all of them. Seeds what is lacking; leaves the stack as it was.',
  flags: [
    { name: 'quick', text: 'shorter, at most 8 minutes; what needs longer is left out' },
    {
      name: 'compare',
      text: 'also the balancer’s strategies in turns (L2): behind `load`, and in a quick run, where they add 4 minutes',
    },
    { name: 'against', value: 'OLD.json', text: 'compare with the prove.json of an earlier run' },
    { name: 'out', value: 'DIR', text: 'where the report goes (test-results/prove/<time>)' },
    { name: 'photos', value: 'DIR', text: 'pictures to upload (otherwise drawn ones)' },
    { name: 'scenarios', value: 'DIR', text: 'take the scenarios from here instead of load/scenarios' },
    { name: 'no-seed', text: 'take the data as it is' },
    { name: 'json', text: 'print the report as JSON instead of the table' },
  ],
  examples: [
    './minigram prove --quick',
    './minigram prove P5 C5',
    './minigram prove load --compare',
    './minigram prove --against test-results/prove/2026-11-25T09-40-12/prove.json',
  ],
  exitCodes: [
    [EXIT.ok, 'every promise that was measured holds'],
    [EXIT.failed, 'one does not, or a scenario failed'],
    [2, 'void: the load generator was the bottleneck, or nothing was measured; also a wrong option'],
    [EXIT.notRunning, 'no stack is running'],
    [EXIT.interrupted, 'ended by Ctrl-C; the report holds what was measured until then'],
  ],
  run: runProve,
}

/** Beyond the servers: the browser that loads pages from far away, and a font for it. */
const PROVE_PACKAGES = ['chromium', 'fonts-dejavu-core']

async function runProve(context: Context): Promise<number> {
  const { args, settings, paths, repoDir } = context
  for (const name of ['against', 'photos', 'scenarios'] as const) {
    const path = args.values.get(name)
    if (path !== undefined && !existsSync(path)) throw usage('prove', `${path} does not exist`)
  }
  if (supervisorPid(paths) === null)
    throw new CliError('no stack is running here', { next: commandFor(context, 'up'), exitCode: EXIT.notRunning })
  handleInterruption()
  await installPackages(readOsRelease().get('VERSION_ID') === '13' ? 13 : 12, PROVE_PACKAGES)
  // Not the stack's own lock: scenarios call verbs that take it.
  using _lock = await takeLock(`${paths.lock}.prove`, commandFor(context, 'prove'))
  const flags = [...args.values].map(([name, value]) =>
    value === 'true' ? `--${name}` : `--${name}=${resolve(value)}`,
  )
  const child = spawn(process.execPath, ['load/prove/main.ts', ...flags, '--', ...args.words], {
    cwd: repoDir,
    env: stackEnvironment({ ...settings, nodeBinary: process.execPath }),
    stdio: 'inherit',
  })
  endWithUs(child)
  const [code] = (await once(child, 'close')) as [number | null] // @NOTE the event's documented arguments
  return code ?? EXIT.failed
}
