import { APP_SLOTS, portOf } from '../src/platform/ports.ts'

/** What the app servers say of themselves, all of them together. Times are means, but for the loop's. */
export interface AppUse {
  /** The worst one's loop, at the worst moment. */
  loopDelayP99Ms: number
  /** From the balancer to the app server's loop. */
  queueMs: number
  /** Queries that waited for a connection, at the moments of looking. */
  poolWaiting: number
  queryMs: number
  /** Requests refused because of overload, by class. */
  shed: Readonly<Record<string, number>>
}

export interface AppReading {
  atMs: number
  /** Sums over all app servers; of `event_loop_delay_p99_seconds` the highest. `name` or `name{class}`. */
  values: ReadonlyMap<string, number>
}

export interface AppSampler extends AsyncDisposable {
  /** Between two times of performance.now(). */
  between(fromMs: number, toMs: number): AppUse
}

/** To tell it costs an app server some ten milliseconds, in which it does nothing else. */
const SAMPLE_MS = 5_000
const LOOP_DELAY = 'event_loop_delay_p99_seconds'
const SHED = 'http_requests_shed_total'

/** Reads the app servers' metrics every few seconds until disposed. */
export async function sampleApps(portOffset: number): Promise<AppSampler> {
  const readings: AppReading[] = [await readApps(portOffset)]
  let running: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    running = running.then(async () => void readings.push(await readApps(portOffset)))
  }, SAMPLE_MS)
  return {
    between: (fromMs, toMs) => appUse(readings.filter(({ atMs }) => atMs >= fromMs - SAMPLE_MS && atMs <= toMs)),
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await running
    },
  }
}

/** What happened between the first and the last of `readings`. */
export function appUse(readings: readonly AppReading[]): AppUse {
  const [first, last] = [readings[0]?.values, readings.at(-1)?.values]
  const rise = (name: string) => (last?.get(name) ?? 0) - (first?.get(name) ?? 0)
  const ratio = (sum: string, count: string) => rise(sum) / Math.max(1, rise(count))
  const seen = (name: string) => readings.slice(1).map(({ values }) => values.get(name) ?? 0)
  const waiting = seen('db_pool_waiting')
  const classes = [...(last?.keys() ?? [])].filter((name) => name.startsWith(`${SHED}{`) && rise(name) > 0)
  return {
    loopDelayP99Ms: Math.max(0, ...seen(LOOP_DELAY)) * 1_000,
    queueMs: ratio('request_queue_seconds_sum', 'request_queue_seconds_count') * 1_000,
    poolWaiting: waiting.reduce((sum, value) => sum + value, 0) / Math.max(1, waiting.length),
    queryMs: ratio('db_query_seconds_total', 'db_queries_total') * 1_000,
    shed: Object.fromEntries(classes.map((name) => [name.slice(SHED.length + 1, -1), rise(name)])),
  }
}

async function readApps(portOffset: number): Promise<AppReading> {
  const texts = await Promise.all(
    Array.from({ length: APP_SLOTS }, (_, index) =>
      fetch(`http://127.0.0.1:${portOf('appMetrics', portOffset) + index + 1}/metrics`).then(
        (answer) => answer.text(),
        // No app server there, or none any more.
        () => '',
      ),
    ),
  )
  return { atMs: performance.now(), values: addUp(texts) }
}

const WANTED = new RegExp(
  `^(${LOOP_DELAY}|${SHED}|request_queue_seconds_(?:sum|count)|db_pool_waiting|db_query_seconds_total|db_queries_total)(?:\\{([^}]*)\\})? (\\S+)$`,
  'gm',
)

/** The wanted metrics of several processes as one. */
export function addUp(texts: readonly string[]): Map<string, number> {
  const values = new Map<string, number>()
  for (const text of texts) {
    for (const [, name = '', labels = '', value = '0'] of text.matchAll(WANTED)) {
      const key = name === SHED ? `${name}{${/class="(\w+)"/.exec(labels)?.[1] ?? ''}}` : name
      const before = values.get(key) ?? 0
      values.set(key, name === LOOP_DELAY ? Math.max(before, Number(value)) : before + Number(value))
    }
  }
  return values
}
