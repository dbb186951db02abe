import { setTimeout as sleep } from 'node:timers/promises'
import { runJobs } from '../../src/platform/job-runner.ts'
import { enqueue } from '../../src/platform/jobs.ts'
import { createJobHandlers } from '../../src/processes/job-handlers.ts'
import type { Services } from '../../src/processes/services.ts'
import { eventually } from '../../test/support/eventually.ts'

/** A job that does nothing, of which one comes each so often: how long it waits is how long any job waits. */
const PROBE = 'probe'
const PROBE_EVERY_MS = 25
const START_DEADLINE_MS = 20_000

/**
 * One worker of this process with all its tasks, and the probe beside them. Disposed of, it first stops probing, so that no
 * job is written to a database that is gone.
 */
export async function startWorkerWithProbe(services: Services) {
  const { config, db, log, metrics, postgres } = services
  const waitsMs: number[] = []
  const jobs = createJobHandlers(services)
  const probe = async (payload: unknown) => {
    // Written below.
    const { atMs } = payload as { atMs: number }
    waitsMs.push(Date.now() - atMs)
  }
  const runner = runJobs({
    postgres,
    log,
    metrics,
    handlers: { ...jobs.handlers, [PROBE]: probe },
    recurring: [],
    instance: 'bench',
    concurrency: config.workerConcurrency,
  })
  await eventually('the worker runs', START_DEADLINE_MS, async () => (runner.isRunning() ? true : null))
  let isProbing = true
  let failure: unknown = null
  const probing = (async () => {
    for (; isProbing; await sleep(PROBE_EVERY_MS))
      await db.writeUnowned((trx) => enqueue(trx, PROBE, { atMs: Date.now() }))
  })().catch((error: unknown) => void (failure = error))

  return {
    /** What is known so far, from the last call on. */
    takeWaits: () => waitsMs.splice(0),
    /** @throws when a probe could not be written: what is known says nothing then */
    async stopProbing(): Promise<void> {
      isProbing = false
      await probing
      if (failure !== null) throw failure
    },
    async [Symbol.asyncDispose]() {
      isProbing = false
      await probing
      await runner[Symbol.asyncDispose]()
      await jobs[Symbol.asyncDispose]()
    },
  }
}
