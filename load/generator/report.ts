import { decode, encode, newHistogram, percentileMs, type Histogram } from './histogram.ts'

/** Requests of one sort: how many, how many of them failed, how long they took. */
export interface Tally {
  count: number
  failed: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
  maxMs: number
  /** All latencies, encoded (`decode` of histogram.ts reads it). */
  histogram: string
}

/** What one tier said in `Cache-Status`: it had it, it had to fetch it, it did not look. */
export interface CacheCounts {
  hits: number
  misses: number
  bypassed: number
}

/** What happened within some time. Plain data: to be written to a file, sent between threads, merged. */
export interface Report {
  seconds: number
  /** Actions begun; each is one request or two. */
  actions: number
  /** All requests, and those that an app server may have to answer: without photos and assets. */
  all: Tally
  dynamic: Tally
  /** By kind of request: an action, or its second request (`comment check`). */
  kinds: Record<string, Tally>
  /** By the app server that answered. */
  appServers: Record<string, Tally>
  /** By who answered: `edge`, `lb` (from its cache or from disk), `app`. */
  tiers: Record<string, Tally>
  /** `tier kind` → what the tier did. */
  caches: Record<string, CacheCounts>
  /** `kind: why` → how often, the most frequent first. */
  failures: Record<string, number>
  /** Of the failed: GET, PUT and DELETE, which no failure of a server excuses. */
  failedIdempotent: number
  /** Sent again because a reused connection closed before the first byte of the answer. */
  retried: number
  /** Answers that were read in full; of the others status, type and length were checked. */
  readInFull: number
  /** Writes that were looked up again and found. */
  ownWritesSeen: number
  bytes: number
  /** Of those texts of 1 KiB and more that were read in full. */
  texts: { wireBytes: number; plainBytes: number }
}

export const NO_CACHE_COUNTS: CacheCounts = { hits: 0, misses: 0, bypassed: 0 }

export function toTally(histogram: Histogram, failed: number): Tally {
  return {
    count: histogram.totalCount,
    failed,
    p50Ms: percentileMs(histogram, 50),
    p95Ms: percentileMs(histogram, 95),
    p99Ms: percentileMs(histogram, 99),
    maxMs: histogram.totalCount === 0 ? 0 : histogram.maxValue / 1_000,
    histogram: encode(histogram),
  }
}

export function mergeTallies(tallies: readonly Tally[]): Tally {
  const histogram = newHistogram()
  for (const tally of tallies) if (tally.count > 0) histogram.add(decode(tally.histogram))
  return toTally(
    histogram,
    tallies.reduce((sum, { failed }) => sum + failed, 0),
  )
}

/** `isParallel`: parts of the same time, from several threads; otherwise one after the other. */
export function mergeReports(reports: readonly Report[], isParallel: boolean): Report {
  const sum = (pick: (report: Report) => number) => reports.reduce((total, report) => total + pick(report), 0)
  const tallies = (pick: (report: Report) => Record<string, Tally>) =>
    groupWith(reports.map(pick), (group) => mergeTallies(group))
  const failures = groupWith(
    reports.map(({ failures }) => failures),
    (counts) => counts.reduce((total, count) => total + count, 0),
  )
  return {
    seconds: isParallel ? Math.max(0, ...reports.map(({ seconds }) => seconds)) : sum(({ seconds }) => seconds),
    actions: sum(({ actions }) => actions),
    all: mergeTallies(reports.map(({ all }) => all)),
    dynamic: mergeTallies(reports.map(({ dynamic }) => dynamic)),
    kinds: tallies(({ kinds }) => kinds),
    appServers: tallies(({ appServers }) => appServers),
    tiers: tallies(({ tiers }) => tiers),
    caches: groupWith(
      reports.map(({ caches }) => caches),
      addCacheCounts,
    ),
    failures: Object.fromEntries(Object.entries(failures).sort(([, one], [, other]) => other - one)),
    failedIdempotent: sum(({ failedIdempotent }) => failedIdempotent),
    retried: sum(({ retried }) => retried),
    readInFull: sum(({ readInFull }) => readInFull),
    ownWritesSeen: sum(({ ownWritesSeen }) => ownWritesSeen),
    bytes: sum(({ bytes }) => bytes),
    texts: {
      wireBytes: sum(({ texts }) => texts.wireBytes),
      plainBytes: sum(({ texts }) => texts.plainBytes),
    },
  }
}

/** Merges records by their keys, the keys in order. */
export function groupWith<Value, Merged>(
  records: readonly Record<string, Value>[],
  merge: (values: Value[]) => Merged,
): Record<string, Merged> {
  const groups = new Map<string, Value[]>()
  for (const record of records)
    for (const [key, value] of Object.entries(record)) {
      const group = groups.get(key)
      if (group) group.push(value)
      else groups.set(key, [value])
    }
  return Object.fromEntries(
    [...groups].sort(([one], [other]) => compare(one, other)).map(([key, values]) => [key, merge(values)]),
  )
}

/** app2 before app10. */
function compare(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true })
}

function addCacheCounts(counts: readonly CacheCounts[]): CacheCounts {
  return counts.reduce(
    (sum, each) => ({
      hits: sum.hits + each.hits,
      misses: sum.misses + each.misses,
      bypassed: sum.bypassed + each.bypassed,
    }),
    NO_CACHE_COUNTS,
  )
}
