import { existsSync } from 'node:fs'
import { APP_SLOTS, MAX_POPS } from '../../platform/ports.ts'
import { EXIT } from '../cli-error.ts'
import { commandFor, type Context, type Verb } from '../context.ts'
import { integerFlag } from '../flags.ts'
import { addresses } from '../plan/addresses.ts'
import { judge, type Verdict } from '../plan/preflight.ts'
import { storedSettings } from '../plan/settings.ts'
import { systemdUnit } from '../plan/unit.ts'
import { type Printer, problemLine, seconds } from '../print.ts'
import { gatherFacts, readOsRelease } from '../run/facts.ts'
import { handleInterruption, interruption } from '../run/interruption.ts'
import { takeLock } from '../run/lock.ts'
import { installPackages } from '../run/packages.ts'
import { fetchPatroni } from '../run/patroni.ts'
import { makeRelease } from '../run/release.ts'
import { smokeTest } from '../run/smoke.ts'
import { bringUp, takeDown } from '../run/servers.ts'
import { makeSecrets, makeStateDirs, readSecret, supervisorPid, writeWhole } from '../run/state.ts'
import { ensureUser } from '../run/user.ts'
import { buildWeb, type WebBuild } from '../run/web.ts'
import { createSteps, type Steps } from '../steps.ts'

export const up: Verb = {
  usage: '[--apps N] [--pops N] [--no-smoke] [--json]',
  about:
    'Installs what is missing, starts the whole stack, waits until it is healthy and tries it. Run again, it repairs what is missing.',
  flags: [
    { name: 'apps', value: 'N', text: `app servers to run, 1 to ${APP_SLOTS} (3, or what the stack had)` },
    { name: 'pops', value: 'N', text: `edge caches to run, 1 to ${MAX_POPS} (1, or what the stack had)` },
    { name: 'no-smoke', text: 'leave out the smoke test' },
    { name: 'json', text: 'print the summary as JSON' },
  ],
  examples: ['./minigram up', 'MINIGRAM_STATE=/srv/two MINIGRAM_PORT_OFFSET=20000 ./minigram up --apps 5'],
  exitCodes: [
    [EXIT.ok, 'the stack is healthy'],
    [EXIT.failed, 'a problem, named with the next command to type'],
    [EXIT.usage, 'a wrong option'],
  ],
  run: runUp,
}

async function runUp(context: Context): Promise<number> {
  const { args, paths, printer } = context
  const apps = integerFlag('up', args, 'apps', context.settings.apps, 1, APP_SLOTS)
  const pops = integerFlag('up', args, 'pops', context.settings.pops, 1, MAX_POPS)
  const place: Context = { ...context, settings: { ...context.settings, apps, pops } }
  handleInterruption()
  using _lock = await takeLock(paths.lock, './minigram up')
  if (!preflight(place)) return EXIT.failed

  const steps = createSteps(printer)
  const wasRunning = supervisorPid(paths) !== null
  try {
    await prepare(place, steps)
  } catch (error) {
    if (!wasRunning && supervisorPid(paths) !== null) {
      printer.progress('  stopping what was started')
      await takeDown(place)
    }
    throw error
  }
  // Everything runs and is healthy: a failing smoke test leaves it so, to be looked at.
  if (!args.has('no-smoke')) await smoke(place, steps)
  summarise(place, steps)
  return EXIT.ok
}

/** Reports every problem at once. Nothing has been changed when it says no. */
function preflight({ settings, settingsProblems, printer }: Context): boolean {
  const problems = judge(gatherFacts(settings, settingsProblems), settings).filter((verdict) => !verdict.isGood)
  printProblems(printer, problems)
  return problems.length === 0
}

export function printProblems(printer: Printer, problems: readonly Verdict[]): void {
  for (const { check, message, next } of problems)
    printer.progress(problemLine(check, `${printer.paint('red', 'failed')}: ${message}`, next))
}

async function prepare(place: Context, steps: Steps): Promise<void> {
  const { paths, settings, repoDir } = place
  const debian = readOsRelease().get('VERSION_ID') === '13' ? 13 : 12
  await step(
    'packages',
    async () => installPackages(debian),
    (names) => (names.length === 0 ? null : `${names.length} installed, their services kept off`),
  )
  const { owner } = await step(
    'user',
    async () => ensureUser(settings.user, settings.stateDir),
    ({ isNew }) => (isNew ? `${settings.user} made` : null),
  )
  await step(
    'state',
    async () => {
      makeStateDirs(paths, owner)
      return makeSecrets(paths, owner)
    },
    (made) => (made === 0 ? null : `${paths.state}, ${made} secrets made`),
  )
  await step(
    'patroni',
    async () => fetchPatroni(repoDir, paths, debian),
    (detail) => detail,
  )
  await step('web', async () => buildWeb(repoDir), describeWeb)
  const release = await step(
    'release',
    async () => makeRelease(repoDir, paths),
    ({ id, isNew }) => (isNew ? id : null),
  )
  writeWhole(paths.config, `${JSON.stringify(storedSettings(settings), null, 2)}\n`, 0o644)
  await bringUp(place, steps, release)

  async function step<Result>(name: string, work: () => Promise<Result>, describe: (result: Result) => string | null) {
    interruption.throwIfAborted()
    return steps.run(name, work, describe)
  }
}

function describeWeb(build: WebBuild): string | null {
  if (build === 'unchanged') return null
  return build === 'built' ? 'built' : 'left out: src/web/index.html is not there yet'
}

async function smoke(place: Context, steps: Steps): Promise<void> {
  const { web, edge } = addresses(place.settings.portOffset)
  const origins = { lb: web.replace('localhost', '127.0.0.1'), edge: edge.replace('localhost', '127.0.0.1') }
  await steps.run(
    'smoke',
    async () => smokeTest({ ...origins, edgeSecret: readSecret(place.paths, 'edge') }),
    ({ photoReadyMs }) => `a photo reached a follower in ${seconds(photoReadyMs)}`,
  )
}

function summarise(place: Context, steps: Steps): void {
  const { settings, printer, args, paths, repoDir } = place
  const urls = addresses(settings.portOffset)
  const elapsedMs = Math.round(steps.elapsedMs())
  if (args.has('json')) {
    printer.result(
      JSON.stringify({
        ready: true,
        elapsedMs,
        apps: settings.apps,
        stateDir: paths.state,
        addresses: urls,
        steps: steps.records,
      }),
    )
    return
  }
  printer.result(
    `  ${printer.paint('green', 'ready')} in ${seconds(elapsedMs)}   ${urls.web}   metrics ${urls.prometheus}\n`,
  )
  for (const [name, text] of [
    ['web', urls.web],
    ['', urls.webTls],
    ['photos', `${urls.edge} (edge)`],
    ['status', urls.nginxStatus],
    ['try', commandFor(place, 'status')],
    ['', commandFor(place, `psql -c 'SELECT * FROM pg_stat_replication'`)],
    ['', commandFor(place, 'logs app1 -f')],
    ['stop', commandFor(place, 'down')],
  ] as const)
    printer.result(`  ${name.padEnd(10)} ${text}`)
  if (!existsSync('/run/systemd/system')) return
  const unit = `${paths.state}/minigram.service`
  writeWhole(unit, systemdUnit({ repoDir, stateDir: paths.state, portOffset: settings.portOffset }), 0o644)
  printer.result(`  ${'at boot'.padEnd(10)} sudo systemctl enable ${unit}`)
}
