import { createCalm } from '../platform/calm.ts'
import { loadConfig } from '../platform/config.ts'
import { runJobs } from '../platform/job-runner.ts'
import type { JobHandlers } from '../platform/jobs.ts'
import { exitOnProgrammerError, untilStopped } from '../platform/lifetime.ts'
import { createLog } from '../platform/log.ts'
import { serveMetrics } from '../platform/metrics.ts'
import { keepCompiledCode } from '../platform/start-up.ts'
import { createJobHandlers } from './job-handlers.ts'
import { openServices } from './services.ts'

const { config, secrets } = loadConfig()
const log = createLog(config.instance, config.logLevel)
exitOnProgrammerError(log)

await using services = openServices(config, secrets, log, { hasReaders: false })
await using jobs = createJobHandlers(services)
await services.postgres.untilReadable(60_000)
keepCompiledCode()
const common = { postgres: services.postgres, log, metrics: services.metrics }
await using purges = runJobs({
  ...common,
  handlers: select(jobs.handlers, isPurge),
  recurring: [],
  instance: `${config.instance}-purges`,
  concurrency: 2,
})
await using _slow = runJobs({
  ...common,
  handlers: jobs.slow,
  recurring: [],
  instance: `${config.instance}-slow`,
  concurrency: 1,
})
await using runner = runJobs({
  ...common,
  handlers: select(jobs.handlers, (task) => !isPurge(task)),
  recurring: jobs.recurring,
  instance: config.instance,
  concurrency: config.workerConcurrency,
  calm: createCalm(),
})
const isReady = () => purges.isRunning() && runner.isRunning()
await using _metrics = await serveMetrics(services.metrics, config.metricsPort, isReady)
log.info({ event: 'worker.ready' })
await untilStopped(log)

/** What was deleted or hidden is gone within a second: purges wait behind no picture that is being rendered. */
function isPurge(task: string): boolean {
  return /^(media|pages|cdn)\.|\.settle_(media|avatar)$/.test(task)
}

function select(handlers: JobHandlers, isWanted: (task: string) => boolean): JobHandlers {
  return Object.fromEntries(Object.entries(handlers).filter(([task]) => isWanted(task)))
}
