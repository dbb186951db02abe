import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { rotateAccessLog } from '../fleet/access-log.ts'
import { createEdgeHits } from '../fleet/edge-hits.ts'
import { createLbHits } from '../fleet/lb-hits.ts'
import { createWatcher } from '../fleet/watcher.ts'
import { loadConfig } from '../platform/config.ts'
import { exitOnProgrammerError, untilStopped } from '../platform/lifetime.ts'
import { createLog } from '../platform/log.ts'
import { createMetrics, serveMetrics } from '../platform/metrics.ts'
import { portOf } from '../platform/ports.ts'

const ROUND_MS = 500
/** Answers that take longer count in the next round. */
const SETTLE_MS = 250
const LOG_CHECK_MS = 10_000
const HITS_MS = 1_000

const { config } = loadConfig()
const log = createLog('watcher', config.logLevel)
exitOnProgrammerError(log)
const metrics = createMetrics()
const watcher = await createWatcher({
  stateDirectory: config.stateDirectory,
  appMetricsPortBase: portOf('appMetrics', config.portOffset),
  registry: metrics.registry,
  log,
})
await using _metricsServer = await serveMetrics(metrics, config.metricsPort)

const stopped = new AbortController()
void untilStopped(log).then(() => stopped.abort())
const pause = (ms: number) => sleep(ms, undefined, { signal: stopped.signal }).catch(() => undefined)

async function watchSlots(): Promise<void> {
  while (!stopped.signal.aborted) {
    const startedAt = Date.now()
    await watcher.round(SETTLE_MS)
    await pause(Math.max(0, ROUND_MS - (Date.now() - startedAt)))
  }
}

const accessLog = join(config.stateDirectory, 'log/lb-access.log')
const runDirectory = join(config.stateDirectory, 'run')

async function rotateLog(): Promise<void> {
  while (!stopped.signal.aborted) {
    await rotateAccessLog(accessLog, join(runDirectory, 'lb/nginx.pid')).catch((error: unknown) =>
      log.warn({ event: 'access_log.failed', error: String(error) }),
    )
    await pause(LOG_CHECK_MS)
  }
}

async function countHits(): Promise<void> {
  await using lb = createLbHits(accessLog, metrics)
  using edge = createEdgeHits({ runDirectory, metrics, log })
  while (!stopped.signal.aborted) {
    await Promise.all([lb.read(), edge.look()]).catch((error: unknown) =>
      log.warn({ event: 'hits.failed', error: String(error) }),
    )
    await pause(HITS_MS)
  }
}

await Promise.all([watchSlots(), rotateLog(), countHits()])
