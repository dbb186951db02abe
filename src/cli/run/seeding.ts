import { loadConfig, type Config, type Secrets } from '../../platform/config.ts'
import { AppError } from '../../platform/errors.ts'
import { createLog, type Log } from '../../platform/log.ts'
import { createMetrics } from '../../platform/metrics.ts'
import { isLostConnection } from '../../platform/postgres-errors.ts'
import { openPostgres, type Postgres } from '../../platform/postgres.ts'
import type { Phase } from '../../../db/seeds/seed.ts'
import { CliError, EXIT } from '../cli-error.ts'
import { commandFor, type Context } from '../context.ts'
import { usage } from '../flags.ts'
import { stackEnvironment } from '../plan/environment.ts'
import { problemLine } from '../print.ts'
import type { Steps } from '../steps.ts'
import { interruption } from './interruption.ts'

/** Before that, nobody can tell how long the rest takes. */
const LEFT_FROM_MS = 3_000
const SHOW_EVERY_MS = { terminal: 100, file: 20_000 }
const CLEAR_LINE = '\r\x1b[2K'

export interface Primary {
  config: Config
  secrets: Secrets
  postgres: Postgres
  node: { host: string; port: number }
  log: Log
}

/** Runs `work` once there is a node that takes writes; what goes wrong is said with the next command to type. */
export async function onPrimary<Result>(
  context: Context,
  work: (primary: Primary) => Promise<Result>,
): Promise<Result> {
  const { config, secrets } = loadConfig(stackEnvironment({ ...context.settings, nodeBinary: process.execPath }))
  const log = createLog('seed', 'silent')
  await using postgres = openPostgres({
    nodes: config.postgresNodes,
    database: config.postgresDatabase,
    password: secrets.get('postgres-app'),
    poolMax: 2,
    lagMaxSeconds: config.replicaLagMaxSeconds,
    instance: 'seed',
    log,
    metrics: createMetrics(),
  })
  try {
    await postgres.untilWritable(5_000)
    const { name } = postgres.primary()
    const node = config.postgresNodes.find((each) => each.name === name)
    if (!node) throw new Error(`unreachable: ${name} is one of the nodes`)
    return await work({ config, secrets, postgres, node, log })
  } catch (error) {
    throw explain(context, error)
  }
}

/** Another run completes whatever this one has left. */
function explain(context: Context, error: unknown): unknown {
  if (interruption.aborted) {
    const next = commandFor(context, sameCommand(context))
    return new CliError('interrupted; what was seeded so far stays', { next, exitCode: EXIT.interrupted, cause: error })
  }
  if (!(error instanceof Error)) return error
  if (error.message === 'another scale') {
    const next = `${commandFor(context, 'down --purge')} for an empty stack, or the --scale of before`
    return new CliError('a large set of another --scale is here; two would be half of each', { next })
  }
  if (error.message === 'no pictures') return usage('seed', 'no file of --photos is a picture that MiniGram takes')
  if (error instanceof AppError || error.message.startsWith('no writable') || isLostConnection(error)) {
    const next = `${commandFor(context, 'status')}, then ${commandFor(context, sameCommand(context))}`
    return new CliError('no database node takes writes at the moment; what was seeded so far stays', {
      next,
      cause: error,
    })
  }
  return error
}

export function sameCommand({ args }: Context): string {
  const words = [...args.values].map(([name, value]) => (value === 'true' ? `--${name}` : `--${name} ${value}`))
  return ['seed', ...words].join(' ')
}

/** Steps that count aloud: on a terminal in a line that rewrites itself, elsewhere in a line now and then. */
export function phasesOf(steps: Steps): Phase {
  const { stderr } = process
  return (name, work, describe) => {
    const startedAt = performance.now()
    let shownAt = startedAt
    const count = (done: number, total: number) => {
      const nowMs = performance.now()
      if (nowMs - shownAt < (stderr.isTTY ? SHOW_EVERY_MS.terminal : SHOW_EVERY_MS.file)) return
      shownAt = nowMs
      const leftMs = ((nowMs - startedAt) / Math.max(1, done)) * (total - done)
      const left = nowMs - startedAt < LEFT_FROM_MS ? '' : `, ${timeLeft(leftMs)} left`
      const line = problemLine(name, `${done.toLocaleString('en')} of ${total.toLocaleString('en')}${left}`)
      stderr.write(stderr.isTTY ? `${CLEAR_LINE}${line}` : `${line}\n`)
    }
    return steps.run(name, () => work(count).finally(clearLine), describe)
  }
}

function timeLeft(ms: number): string {
  return ms > 90_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 1_000)} s`
}

function clearLine(): void {
  if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE)
}
