import { loadConfig } from '../platform/config.ts'
import { exitOnProgrammerError, untilStopped } from '../platform/lifetime.ts'
import { createLog } from '../platform/log.ts'
import { serveMetrics } from '../platform/metrics.ts'
import { keepCompiledCode, optimizeSoon } from '../platform/start-up.ts'
import { listen } from './listen.ts'
import { createApiApp, type Lifetime } from './api-app.ts'
import { openServices } from './services.ts'

const { config, secrets } = loadConfig()
const log = createLog(config.instance, config.logLevel)
exitOnProgrammerError(log)

let lifetime: Lifetime = 'starting'
await using services = openServices(config, secrets, log)
await using _metrics = await serveMetrics(services.metrics, config.metricsPort)
const app = await createApiApp(services, () => lifetime)
await using listener = await listen(app, config)
await services.postgres.untilReadable(60_000)
keepCompiledCode()
optimizeSoon()
lifetime = 'ready'
log.info({ event: 'api.ready', address: listener.address })

await untilStopped(log)
lifetime = 'draining'
await listener.drain()
