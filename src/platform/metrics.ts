import { createServer, type ServerResponse } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import { createRequestMetrics } from './request-metrics.ts'
import type { ShedState } from './shed-policy.ts'

/** Seconds between the balancer and the app server's loop; 0.1 is where shedding begins. */
const QUEUE_BUCKETS_SECONDS = [0.001, 0.005, 0.015, 0.03, 0.06, 0.1, 0.2, 0.5, 1, 5]
const JOB_BUCKETS_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 3, 10, 30, 60]
/** `cache_hit_rate` looks back this far, in steps. */
const HIT_RATE_WINDOW_MS = 5 * 60_000
const HIT_RATE_STEP_MS = 15_000

export interface Metrics {
  registry: Registry
  /** One answer. `seconds` null: refused before anything was done. */
  answered(route: string, method: string, status: number, instance: string, seconds: number | null): void
  activeConnections: Gauge<'instance'>
  shedRequests: Counter<'class' | 'instance'>
  requestQueueSeconds: Histogram
  dbQueries: Counter<'node' | 'role'>
  dbQuerySeconds: Counter<'node' | 'role'>
  jobSeconds: Histogram<'task' | 'outcome'>
  timeToGoneSeconds: Histogram
  orphans: Counter<'kind'>
  feedDeliveries: Counter
  counterDrift: Gauge<'counter'>
  purgeFailures: Counter
  events: Counter<'event'>
  cacheRequest(tier: string, kind: string, outcome: 'hit' | 'miss', count?: number): void
  /** Registers where `db_connections_active` and `db_pool_waiting` are read from at each scrape. */
  dbConnections(read: () => PoolReading): void
  replicaLag(read: () => { node: string; seconds: number }): void
  shedding(read: () => ShedReading): void
}

export type PoolReading = { node: string; role: string; active: number; waiting: number }
export type ShedReading = { instance: string } & Pick<ShedState, 'isOverloaded' | 'limit' | 'inFlight'>

/** One registry per process. Labels are low-cardinality: route patterns, never ids. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 })
  const lookUps = createLookUps()
  new Counter({
    name: 'cache_requests_total',
    help: 'Look-ups per cache tier',
    labelNames: ['tier', 'kind', 'outcome'],
    registers,
    collect() {
      this.reset()
      for (const { tier, kind, hits, total } of lookUps.all()) {
        this.inc({ tier, kind, outcome: 'hit' }, hits)
        this.inc({ tier, kind, outcome: 'miss' }, total - hits)
      }
    },
  })
  new Gauge({
    name: 'cache_hit_rate',
    help: 'Share of look-ups that hit, last five minutes',
    labelNames: ['tier', 'kind'],
    registers,
    collect() {
      for (const { tier, kind, rate } of lookUps.rates()) this.set({ tier, kind }, rate)
    },
  })
  const loopDelay = monitorEventLoopDelay({ resolution: 20 })
  loopDelay.enable()
  new Gauge({
    name: 'event_loop_delay_p99_seconds',
    help: 'Event-loop delay since the last scrape',
    registers,
    collect() {
      this.set(loopDelay.percentile(99) / 1e9)
      loopDelay.reset()
    },
  })

  const connectionSources: (() => PoolReading)[] = []
  const poolGauge = (name: string, help: string, value: (reading: PoolReading) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['node', 'role'],
      registers,
      collect() {
        this.reset()
        for (const source of connectionSources) {
          const reading = source()
          this.set({ node: reading.node, role: reading.role }, value(reading))
        }
      },
    })
  poolGauge('db_connections_active', 'Connections in use per node', ({ active }) => active)
  poolGauge('db_pool_waiting', 'Queries that wait for a connection of the pool', ({ waiting }) => waiting)
  const lagSources: (() => { node: string; seconds: number })[] = []
  new Gauge({
    name: 'replica_lag_seconds',
    help: 'Replay delay as this process sees it',
    labelNames: ['node'],
    registers,
    collect() {
      for (const source of lagSources) {
        const { node, seconds } = source()
        this.set({ node }, seconds)
      }
    },
  })
  const shedSources: (() => ShedReading)[] = []
  const shedGauge = (name: string, help: string, value: (reading: ShedReading) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['instance'],
      registers,
      collect() {
        for (const source of shedSources) this.set({ instance: source().instance }, value(source()))
      },
    })
  shedGauge('requests_in_flight', 'Requests taken on and not yet answered', ({ inFlight }) => inFlight)
  shedGauge(
    'shed_limit',
    'How many requests are taken on at once; +Inf while there is no overload',
    ({ limit }) => limit,
  )
  shedGauge('overloaded', '1 while requests may be refused because of overload', ({ isOverloaded }) =>
    Number(isOverloaded),
  )

  return {
    registry,
    answered: createRequestMetrics(registry),
    activeConnections: new Gauge({
      name: 'active_connections',
      help: 'Open connections to this app server',
      labelNames: ['instance'],
      registers,
    }),
    shedRequests: new Counter({
      name: 'http_requests_shed_total',
      help: 'Requests refused at the door because of overload',
      labelNames: ['class', 'instance'],
      registers,
    }),
    requestQueueSeconds: new Histogram({
      name: 'request_queue_seconds',
      help: 'From the balancer passing a request on to the app server looking at it',
      buckets: QUEUE_BUCKETS_SECONDS,
      registers,
    }),
    dbQueries: new Counter({ name: 'db_queries_total', help: 'Queries sent', labelNames: ['node', 'role'], registers }),
    dbQuerySeconds: new Counter({
      name: 'db_query_seconds_total',
      help: 'Time from sending a query to having its rows, summed',
      labelNames: ['node', 'role'],
      registers,
    }),
    jobSeconds: new Histogram({
      name: 'job_duration_seconds',
      help: 'Time per job',
      labelNames: ['task', 'outcome'],
      buckets: JOB_BUCKETS_SECONDS,
      registers,
    }),
    orphans: new Counter({
      name: 'orphans_total',
      help: 'Files found without an owner, and removed',
      labelNames: ['kind'],
      registers,
    }),
    timeToGoneSeconds: new Histogram({
      name: 'time_to_gone_seconds',
      help: 'From the delete to no server having it',
      buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 60],
      registers,
    }),
    purgeFailures: new Counter({
      name: 'purge_failures_total',
      help: 'Purges of photos that some PoP did not confirm; each is tried again',
      registers,
    }),
    feedDeliveries: new Counter({
      name: 'feed_deliveries_total',
      help: 'Photos pushed into lists of followers',
      registers,
    }),
    counterDrift: new Gauge({
      name: 'counter_drift',
      help: 'Sum of differences between counters and their lists that the last whole pass found and repaired',
      labelNames: ['counter'],
      registers,
    }),
    events: new Counter({ name: 'business_events_total', help: 'What people did', labelNames: ['event'], registers }),
    cacheRequest(tier, kind, outcome, count = 1) {
      if (count > 0) lookUps.note(tier, kind, outcome === 'hit', count)
    },
    dbConnections: (read) => void connectionSources.push(read),
    replicaLag: (read) => void lagSources.push(read),
    shedding: (read) => void shedSources.push(read),
  }
}

interface LookUps {
  tier: string
  kind: string
  hits: number
  total: number
  /** The same by step of time, so that old ones fall out of the window. */
  steps: Map<number, { hits: number; total: number }>
}

/** Counted here and handed over when scraped: a page makes several of these calls, and a counter with labels costs a microsecond. */
function createLookUps() {
  const tiers = new Map<string, Map<string, LookUps>>()
  function countOf(tier: string, kind: string): LookUps {
    let kinds = tiers.get(tier)
    if (!kinds) tiers.set(tier, (kinds = new Map()))
    let count = kinds.get(kind)
    if (!count) kinds.set(kind, (count = { tier, kind, hits: 0, total: 0, steps: new Map() }))
    return count
  }
  const all = () => [...tiers.values()].flatMap((kinds) => [...kinds.values()])
  return {
    all,
    note(tier: string, kind: string, isHit: boolean, count: number): void {
      const known = countOf(tier, kind)
      const now = Math.floor(Date.now() / HIT_RATE_STEP_MS)
      let step = known.steps.get(now)
      if (!step) known.steps.set(now, (step = { hits: 0, total: 0 }))
      known.total += count
      step.total += count
      if (!isHit) return
      known.hits += count
      step.hits += count
    },
    *rates(): Generator<{ tier: string; kind: string; rate: number }> {
      const oldest = Math.floor((Date.now() - HIT_RATE_WINDOW_MS) / HIT_RATE_STEP_MS)
      for (const { tier, kind, steps } of all()) {
        let hits = 0
        let total = 0
        for (const [at, step] of steps) {
          if (at < oldest) steps.delete(at)
          else {
            hits += step.hits
            total += step.total
          }
        }
        if (total > 0) yield { tier, kind, rate: hits / total }
      }
    },
  }
}

/** `/metrics`, and `/ready` for who waits for this process, on a loopback port of its own, never on the public one. */
export async function serveMetrics(
  { registry }: Pick<Metrics, 'registry'>,
  port: number,
  isReady: () => boolean = () => true,
): Promise<AsyncDisposable> {
  const answers: Readonly<Record<string, (response: ServerResponse) => Promise<unknown>>> = {
    '/metrics': async (response) =>
      response.setHeader('content-type', registry.contentType).end(await registry.metrics()),
    '/ready': async (response) => response.writeHead(isReady() ? 200 : 503).end(),
  }
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? '']
    if (answer) answer(response).catch(() => response.destroy())
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
