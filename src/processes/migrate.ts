import { join } from 'node:path'
import { loadConfig } from '../platform/config.ts'
import { createLog } from '../platform/log.ts'
import { createMetrics } from '../platform/metrics.ts'
import { migrate } from '../platform/migrate.ts'
import { openPostgres } from '../platform/postgres.ts'

const { config, secrets } = loadConfig()
const log = createLog('migrate', config.logLevel)
await using postgres = openPostgres({
  nodes: config.postgresNodes,
  database: config.postgresDatabase,
  password: secrets.get('postgres-app'),
  poolMax: 2,
  lagMaxSeconds: config.replicaLagMaxSeconds,
  instance: 'migrate',
  log,
  metrics: createMetrics(),
})
await postgres.untilWritable(60_000)
const applied = await migrate(postgres.primary().pool, join(import.meta.dirname, '../../db/migrations'))
log.info({ event: 'migrate.done', applied })
