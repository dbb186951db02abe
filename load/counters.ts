import { APP_SLOTS, portOf } from '../src/platform/ports.ts'

export interface ServerCounters {
  /** Queries by the role of the node that answered them. */
  queries: Record<string, number>
  /** `tier kind outcome` → look-ups. */
  cache: Record<string, number>
  /** Requests answered, by app server. */
  requests: Record<string, number>
}

/** What the app servers have counted so far, summed over all that answer. */
export async function readCounters(portOffset: number): Promise<ServerCounters> {
  const counters: ServerCounters = { queries: {}, cache: {}, requests: {} }
  const texts = await Promise.all(
    Array.from({ length: APP_SLOTS }, (_, index) =>
      fetch(`http://127.0.0.1:${portOf('appMetrics', portOffset) + index + 1}/metrics`).then(
        (answer) => answer.text(),
        () => '',
      ),
    ),
  )
  const raise = (sums: Record<string, number>, name: string, value: string) =>
    void (sums[name] = (sums[name] ?? 0) + Number(value))
  for (const text of texts) {
    for (const [, name = '', labels = '', value = '0'] of text.matchAll(/^(\w+)\{([^}]*)\} (\S+)$/gm)) {
      const label = (key: string) => new RegExp(`${key}="([^"]*)"`).exec(labels)?.[1] ?? ''
      if (name === 'db_queries_total') raise(counters.queries, label('role'), value)
      else if (name === 'cache_requests_total')
        raise(counters.cache, `${label('tier')} ${label('kind')} ${label('outcome')}`, value)
      else if (name === 'http_requests_total') raise(counters.requests, label('instance'), value)
    }
  }
  return counters
}

export function difference(before: ServerCounters, after: ServerCounters): ServerCounters {
  const minus = (one: Record<string, number>, other: Record<string, number>) =>
    Object.fromEntries(Object.entries(one).map(([name, value]) => [name, value - (other[name] ?? 0)]))
  return {
    queries: minus(after.queries, before.queries),
    cache: minus(after.cache, before.cache),
    requests: minus(after.requests, before.requests),
  }
}

/** Share of queries that replicas answered. */
export function replicaShare({ queries }: ServerCounters): number {
  const total = Object.values(queries).reduce((sum, value) => sum + value, 0)
  return total === 0 ? 0 : (queries['replica'] ?? 0) / total
}

/** Hit share per `tier kind`. */
export function hitRates({ cache }: ServerCounters): Record<string, number> {
  const rates: Record<string, number> = {}
  for (const name of new Set(Object.keys(cache).map((key) => key.replace(/ (hit|miss)$/, '')))) {
    const [hits, misses] = [cache[`${name} hit`] ?? 0, cache[`${name} miss`] ?? 0]
    if (hits + misses > 0) rates[name] = hits / (hits + misses)
  }
  return rates
}
