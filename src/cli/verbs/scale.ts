import { FleetError, type Member, type Moved } from '../../fleet/fleet.ts'
import { createNativeFleet } from '../../fleet/native-fleet.ts'
import { APP_SLOTS } from '../../platform/ports.ts'
import { CliError, EXIT } from '../cli-error.ts'
import { commandFor, type Context, type Verb } from '../context.ts'
import { usage } from '../flags.ts'
import { seconds, stepLine, table } from '../print.ts'
import { takeLock } from '../run/lock.ts'
import { noteStarted } from '../run/servers.ts'
import { readStored, writeWhole } from '../run/state.ts'

export const scale: Verb = {
  usage: '[app=N] [--json]',
  about: `Runs N app servers, 1 to ${APP_SLOTS}. New ones take requests before old ones leave, those that leave finish theirs, the load
balancer is not reloaded. The number is remembered: the next \`up\` starts as many. Without app=N shows the app servers.`,
  flags: [{ name: 'json', text: 'a list of {name, slot, pid, state, inRotation}, those at rest left out' }],
  examples: ['./minigram scale app=5', './minigram scale app=2', './minigram scale'],
  exitCodes: [
    [EXIT.ok, 'so many take requests, no others run'],
    [EXIT.failed, 'one does not start or does not end'],
    [EXIT.usage, 'a wrong option'],
    [EXIT.notRunning, 'nothing runs'],
  ],
  run: runScale,
}

async function runScale(context: Context): Promise<number> {
  const { args, paths, printer } = context
  const count = wantedCount(args.words)
  const fleet = createNativeFleet({ stateDirectory: paths.state })
  if (count === null) {
    const members = (await reported(context, fleet.list())).filter(isAtWork)
    if (args.has('json')) printer.result(JSON.stringify(members, null, 2))
    else for (const line of describe(members)) printer.result(line)
    return EXIT.ok
  }
  using _lock = await takeLock(paths.lock, `./minigram scale app=${count}`)
  const startedAt = performance.now()
  const before = (await reported(context, fleet.list())).filter(isAtWork)
  const joined: string[] = []
  const onMoved = ({ name, to, elapsedMs }: Moved): void => {
    if (to === 'rotation') joined.push(name)
    printer.progress(stepLine(name, to === 'rotation' ? 'takes requests' : 'finished its requests, ended', elapsedMs))
    printer.pending('')
  }
  printer.pending(`  app        ${before.length} → ${count} …`)
  try {
    const members = (await reported(context, fleet.scale(count, onMoved))).filter(isAtWork)
    writeWhole(paths.config, `${JSON.stringify({ ...readStored(paths), apps: count }, null, 2)}\n`, 0o644)
    if (args.has('json')) printer.result(JSON.stringify(members, null, 2))
    else {
      const change = before.length === count ? `${count}, as before` : `${before.length} → ${count}`
      printer.result(`  app servers ${change}   all in rotation   ${seconds(performance.now() - startedAt)}`)
    }
  } finally {
    if (joined.length > 0) noteStarted(context, joined)
  }
  return EXIT.ok
}

/** `app=5` → 5; null where nothing was asked for. @throws CliError (usage) for anything else. */
function wantedCount(words: readonly string[]): number | null {
  const [word, second] = words
  if (word === undefined) return null
  const count = /^app=(\d{1,3})$/.exec(word)?.[1]
  if (second !== undefined || count === undefined) throw usage('scale', `'${words.join(' ')}' is not app=N`)
  if (Number(count) < 1 || Number(count) > APP_SLOTS)
    throw usage('scale', `app=${count}: a fleet has 1 to ${APP_SLOTS} app servers`)
  return Number(count)
}

function isAtWork({ state }: Member): boolean {
  return state !== 'stopped'
}

function describe(members: readonly Member[]): string[] {
  const rows = members.map(({ name, state, pid, inRotation }) => [
    name,
    state,
    pid === null ? '' : String(pid),
    inRotation ? 'takes requests' : 'out of rotation',
  ])
  return table([['name', 'state', 'pid', ''], ...rows], [2])
}

/** A failure of the fleet as the terminal tells it. */
async function reported<Result>(context: Context, work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof FleetError)) throw error
    const isDown = error.next === 'up'
    throw new CliError(error.message, {
      exitCode: isDown ? EXIT.notRunning : EXIT.failed,
      cause: error,
      ...(error.next === undefined ? {} : { next: commandFor(context, error.next) }),
    })
  }
}
