import { run, type TaskList } from 'graphile-worker'
import { sql } from 'kysely'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Node, Postgres, Writer } from './postgres.ts'

export interface JobOptions {
  /** Smaller runs first; 0 is what a person waits for, 10 what nobody waits for. */
  priority?: number
  runAtMs?: number
  maxAttempts?: number
  /** A second job with this key replaces the first while it waits. */
  jobKey?: string
}

/** What a worker does for a task. Every handler may run twice and says what makes that harmless. */
export type JobHandlers = Readonly<
  Record<string, (payload: unknown, context: { log: Log; attempt: number; lastAttempt: boolean }) => Promise<void>>
>

/** Writes a job in the transaction of the row that it is about: either both happen or neither. */
export async function enqueue(trx: Writer, task: string, payload: object, options: JobOptions = {}): Promise<void> {
  await sql`select graphile_worker.add_job(
    ${task}, payload => ${JSON.stringify(payload)}::json, priority => ${options.priority ?? 0}::int,
    run_at => ${options.runAtMs ? new Date(options.runAtMs) : null}::timestamptz,
    max_attempts => ${options.maxAttempts ?? 12}::int, job_key => ${options.jobKey ?? null}::text)`.execute(trx)
}

export interface JobRunnerOptions {
  postgres: Postgres
  handlers: JobHandlers
  concurrency: number
  /** Lines of graphile-worker's crontab. */
  crontab: string
  log: Log
  metrics: Metrics
}

const PRIMARY_CHECK_MS = 500
/** Polling is only the fallback of NOTIFY. */
const JOB_POLL_MS = 1_000

/** Runs jobs on whichever node is the primary, and moves when that changes. */
export function runJobs(options: JobRunnerOptions): AsyncDisposable {
  const { postgres, log } = options
  let isStopping = false
  let current: { node: Node; stop: () => Promise<void>; ended: Promise<void> } | null = null

  async function follow(): Promise<void> {
    while (!isStopping) {
      const node = postgres.isWritable() ? postgres.primary() : null
      if (current && current.node !== node) {
        await current.stop().catch(() => undefined)
        current = null
      }
      if (node && !current) current = await start(node).catch((error: unknown) => retryLater(error))
      await new Promise((resolve) => setTimeout(resolve, PRIMARY_CHECK_MS))
    }
    await current?.stop().catch(() => undefined)
  }
  function retryLater(error: unknown): null {
    log.warn({ event: 'jobs.start_failed', error: String(error) })
    return null
  }

  async function start(node: Node) {
    const runner = await run({
      pgPool: node.pool,
      concurrency: options.concurrency,
      noHandleSignals: true,
      pollInterval: JOB_POLL_MS,
      taskList: toTaskList(options),
      crontab: options.crontab,
    })
    log.info({ event: 'jobs.running', node: node.name })
    const ended = runner.promise.catch((error: unknown) => void log.warn({ event: 'jobs.ended', error: String(error) }))
    const job = { node, stop: () => runner.stop(), ended }
    void ended.then(() => {
      if (current === job) current = null
    })
    return job
  }

  const following = follow()
  return {
    async [Symbol.asyncDispose]() {
      isStopping = true
      await following
    },
  }
}

export function toTaskList({
  handlers,
  log,
  metrics,
}: Pick<JobRunnerOptions, 'handlers' | 'log' | 'metrics'>): TaskList {
  const tasks: TaskList = {}
  for (const [task, handle] of Object.entries(handlers)) {
    tasks[task] = async (payload, helpers) => {
      const endTimer = metrics.jobSeconds.startTimer({ task })
      const { attempts, max_attempts: maxAttempts } = helpers.job
      try {
        await handle(payload, { log, attempt: attempts, lastAttempt: attempts >= maxAttempts })
        endTimer({ outcome: 'done' })
      } catch (error) {
        endTimer({ outcome: 'failed' })
        log.warn({
          event: 'job.failed',
          task,
          attempt: attempts,
          error: error instanceof Error ? error.stack : String(error),
        })
        throw error
      }
    }
  }
  return tasks
}
