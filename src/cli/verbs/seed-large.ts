import { statfsSync } from 'node:fs'
import pg from 'pg'
import { seedLarge, type LargeSummary } from '../../../db/seeds/large/large.ts'
import { SEED_PASSWORD } from '../../../db/seeds/write-people.ts'
import { CliError, EXIT } from '../cli-error.ts'
import { commandFor, type Context } from '../context.ts'
import { usage } from '../flags.ts'
import { addresses } from '../plan/addresses.ts'
import { problemLine, seconds } from '../print.ts'
import { handleInterruption, interruption } from '../run/interruption.ts'
import { takeLock } from '../run/lock.ts'
import { onPrimary, phasesOf, sameCommand } from '../run/seeding.ts'
import { findPrimary } from '../run/stack.ts'
import { createSteps, type Steps } from '../steps.ts'

/**
 * Scale 1 on all three nodes with their write-ahead logs: 18 minutes on 2 cores with as much other work on them, 3,700 photos
 * and 14,100 follows a second; 5.2 GiB a node.
 */
export const LARGE_GB = 17
export const LARGE_MINUTES = 20

/** `seed --large`. */
export async function runLarge(context: Context): Promise<number> {
  const { args, printer, settings } = context
  const other = ['people', 'graph', 'photos', 'photos-count', 'seed'].find((name) => args.has(name))
  if (other !== undefined) throw usage('seed', `--${other} does not go with --large, which is always the same`)
  const scale = Number(args.values.get('scale') ?? 1)
  if (!(scale >= 0.001 && scale <= 1)) throw usage('seed', '--scale must be a number from 0.001 to 1')
  if ((await findPrimary(settings)) === null) {
    throw new CliError('no stack is running here', { next: commandFor(context, 'up'), exitCode: EXIT.notRunning })
  }
  const { bavail, bsize } = statfsSync(context.paths.state)
  const [freeGb, neededGb] = [(bavail * bsize) / 1e9, LARGE_GB * scale]
  if (freeGb < neededGb)
    throw new CliError(`the large set needs ${neededGb.toFixed(1)} GB, ${freeGb.toFixed(1)} GB are free`, {
      next: commandFor(context, `seed --large --scale ${((scale * freeGb) / neededGb / 2).toPrecision(1)}`),
    })

  handleInterruption()
  using _lock = await takeLock(context.paths.lock, commandFor(context, sameCommand(context)))
  const steps = createSteps(printer)
  const { added, people, photos } = await onPrimary(context, ({ config, secrets, log, node }) =>
    withClient(
      { ...node, user: 'minigram_user', password: secrets.get('postgres-app'), database: config.postgresDatabase },
      (client) => seedLarge({ ...config, client, scale, log, signal: interruption, phase: phasesOf(steps) }),
    ),
  )
  if (args.has('json')) {
    const elapsedMs = Math.round(steps.elapsedMs())
    printer.result(JSON.stringify({ added, people, photos, password: SEED_PASSWORD, elapsedMs, steps: steps.records }))
  } else summariseLarge(context, { added, people, photos }, steps)
  return EXIT.ok
}

async function withClient<Result>(target: pg.ClientConfig, work: (client: pg.Client) => Promise<Result>) {
  const client = new pg.Client(target)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}

function summariseLarge({ printer, settings }: Context, { added, people }: LargeSummary, steps: Steps): void {
  const lines = Object.entries(added).map(([kind, count]) => `${count.toLocaleString('en')} ${kind}`)
  const isNew = Object.values(added).some((count) => count > 0)
  const text = isNew ? lines.join(', ') : 'all of it was there already'
  printer.result(`  ${printer.paint('green', 'seeded')} in ${seconds(steps.elapsedMs())}   ${text}\n`)
  printer.result(
    problemLine('sign in', `large_0 to large_${people - 1}   password ${SEED_PASSWORD} (every seeded account has it)`),
  )
  printer.result(problemLine('web', addresses(settings.portOffset).web))
}
