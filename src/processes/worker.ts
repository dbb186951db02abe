import { loadConfig } from '../platform/config.ts'
import { runJobs } from '../platform/jobs.ts'
import { exitOnProgrammerError, untilStopped } from '../platform/lifetime.ts'
import { createLog } from '../platform/log.ts'
import { serveMetrics } from '../platform/metrics.ts'
import { createJobHandlers } from './job-handlers.ts'
import { openServices } from './services.ts'

const { config, secrets } = loadConfig()
const log = createLog(config.instance, config.logLevel)
exitOnProgrammerError(log)

await using services = openServices(config, secrets, log)
await using jobs = createJobHandlers(services)
await services.postgres.untilReadable(60_000)
await using runner = runJobs({
  postgres: services.postgres,
  handlers: jobs.handlers,
  recurring: jobs.recurring,
  instance: config.instance,
  concurrency: config.workerConcurrency,
  log,
  metrics: services.metrics,
})
await using _metrics = await serveMetrics(services.metrics, config.metricsPort, () => runner.isRunning())
log.info({ event: 'worker.ready' })
await untilStopped(log)
