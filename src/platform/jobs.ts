import { sql } from 'kysely'
import { CALM_FLAG } from './calm.ts'
import type { Log } from './log.ts'
import type { Writer } from './postgres.ts'

export interface JobOptions {
  /** Smaller runs first; 0 is what a person waits for, 10 what nobody waits for. */
  priority?: number
  runAtMs?: number
  maxAttempts?: number
  /** A second job with this key replaces the first while it waits. */
  jobKey?: string
  /** Begins when the machine has cores to spare (calm.ts). */
  waitsForCalm?: boolean
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
    max_attempts => ${options.maxAttempts ?? 12}::int, job_key => ${options.jobKey ?? null}::text,
    flags => ${options.waitsForCalm ? [CALM_FLAG] : null}::text[])`.execute(trx)
}

/** `match` is crontab's five fields, in UTC. A missed run is not made up for: each run does all there is to do. */
export interface RecurringJob {
  task: string
  match: string
}
