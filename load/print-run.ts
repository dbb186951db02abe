import type { ServerCounters } from './counters.ts'
import { hitRates, replicaShare } from './counters.ts'
import type { Driven } from './generator/driven.ts'
import type { CacheCounts, Tally } from './generator/report.ts'

export interface LoadResult extends Driven {
  mix: string
  /** What the app servers counted meanwhile; null where they cannot be asked. */
  servers: ServerCounters | null
}

const FAILURES_SHOWN = 6

/** What a person wants to know of a run, on one screen. */
export function printRun({ mix, people, total, isComplete, generator, servers }: LoadResult): string {
  const seconds = Math.max(0.001, total.seconds)
  const row = (name: string, each: Tally) =>
    `  ${name.padEnd(14)} ${cell(each.count)} ${cell((each.count / seconds).toFixed(1))} ${cell(each.failed)} ${[each.p50Ms, each.p95Ms, each.p99Ms, each.maxMs].map(ms).join(' ')}`
  const rows = (tallies: Record<string, Tally>) => Object.entries(tallies).map(([name, each]) => row(name, each))
  return [
    `${mix}: ${people} people, ${seconds.toFixed(0)} s${isComplete ? '' : ' until it was ended'}, open loop: latency counts from when an action was to begin`,
    `  ${'request'.padEnd(14)} ${['count', 'per s', 'failed', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms'].map(cell).join(' ')}`,
    row('all dynamic', total.dynamic),
    ...rows(total.kinds),
    ...section('answered by', rows({ ...total.tiers, ...total.appServers })),
    line('failures', list(Object.entries(total.failures).slice(0, FAILURES_SHOWN), (count) => `×${count}`) || 'none'),
    line(
      'checked',
      `status, type and size of all; ${total.readInFull} read in full; ${total.ownWritesSeen} own writes looked up and found; ${total.retried} sent again on a closed connection`,
    ),
    line('cache', list(Object.entries(total.caches), cacheText) || 'no Cache-Status seen'),
    ...(servers === null
      ? []
      : [
          line('databases', `${percent(replicaShare(servers))} of the app servers' queries on replicas`),
          line('app caches', list(Object.entries(hitRates(servers)), percent) || 'no look-ups'),
        ]),
    line(
      'generator',
      `${generator.cpuShare.toFixed(2)} cores in ${generator.threads} threads, the busiest ${percent(generator.busiestThreadShare)}; begins late by ${generator.lateP99Ms.toFixed(1)} ms at p99${generator.isVoid ? '. THE RUN IS VOID: the generator was the bottleneck' : ''}`,
    ),
  ].join('\n')
}

function cell(value: string | number): string {
  return String(value).padStart(8)
}

function ms(value: number): string {
  return cell(value.toFixed(value < 10 ? 1 : 0))
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

function line(name: string, text: string): string {
  return `  ${name.padEnd(11)} ${text}`
}

function section(title: string, rows: readonly string[]): string[] {
  return rows.length === 0 ? [] : [`  ${title}`, ...rows]
}

function list<Value>(entries: readonly (readonly [string, Value])[], text: (value: Value) => string): string {
  return entries.map(([name, value]) => `${name} ${text(value)}`).join(', ')
}

function cacheText({ hits, misses, bypassed }: CacheCounts): string {
  return hits + misses === 0 ? `bypassed ${bypassed}` : `${percent(hits / (hits + misses))} of ${hits + misses}`
}
