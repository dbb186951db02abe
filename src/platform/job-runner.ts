import { EventEmitter } from 'node:events'
import { Logger, parseCronItems, run, type TaskList, type WorkerEvents } from 'graphile-worker'
import type { JobHandlers, RecurringJob } from './jobs.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Node, Postgres } from './postgres.ts'

export interface JobRunnerOptions {
  postgres: Postgres
  handlers: JobHandlers
  concurrency: number
  recurring: readonly RecurringJob[]
  /** Name of this process, the same after a restart. */
  instance: string
  log: Log
  metrics: Metrics
  /** Flags of jobs that are not to begin now. */
  calm?: () => string[] | null
}

const PRIMARY_CHECK_MS = 500
/** Polling is only the fallback of NOTIFY. */
const JOB_POLL_MS = 1_000

export interface JobRunner extends AsyncDisposable {
  isRunning(): boolean
}

/** Runs jobs on whichever node is the primary, and moves when that changes. */
export function runJobs(options: JobRunnerOptions): JobRunner {
  const { postgres, log } = options
  const parsedCronItems = parseCronItems([...options.recurring])
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
    const events: WorkerEvents = new EventEmitter()
    await freePredecessor(node, options.instance)
    events.on('worker:create', ({ worker }) => {
      const values = [options.instance, worker.workerId]
      node.pool
        .query('insert into job_workers (instance, worker_id) values ($1, $2)', values)
        .catch((error: unknown) => {
          log.warn({ event: 'jobs.unregistered', error: String(error) })
        })
    })
    const runner = await run({
      pgPool: node.pool,
      events,
      logger: toLogger(log),
      concurrency: options.concurrency,
      noHandleSignals: true,
      pollInterval: JOB_POLL_MS,
      taskList: toTaskList(options),
      parsedCronItems,
      forbiddenFlags: options.calm ?? null,
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
    isRunning: () => current !== null,
    async [Symbol.asyncDispose]() {
      isStopping = true
      await following
    },
  }
}

/** Frees the jobs that an earlier process of this name held when it was killed. Their handlers may run twice. */
async function freePredecessor(node: Node, instance: string): Promise<void> {
  const { rows } = await node.pool.query<{ worker_id: string }>(
    'delete from job_workers where instance = $1 returning worker_id',
    [instance],
  )
  if (rows.length > 0)
    await node.pool.query('select graphile_worker.force_unlock_workers($1)', [rows.map((row) => row.worker_id)])
}

/** graphile-worker's own lines, where ours go; what it says of each job, `toTaskList` says better. */
export function toLogger(log: Log): Logger {
  return new Logger(() => (level, message) => {
    if (['error', 'warning'].includes(level)) log.warn({ event: 'jobs.notice', message })
  })
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
