import type { Driven } from './generator/drive.ts'

export interface LoadResult extends Driven {
  mix: string
  people: number
  replicaShare: number
  hitRates: Record<string, number>
  requests: Record<string, number>
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`
const ms = (value: number) => value.toFixed(value < 10 ? 1 : 0).padStart(8)

/** What a person wants to know of a run, on one screen. */
export function printTable(result: LoadResult): string {
  const { report, seconds, generator } = result
  const rows = Object.entries({ 'all dynamic': report.dynamic, ...report.actions }).map(
    ([name, each]) =>
      `  ${name.padEnd(12)} ${String(each.count).padStart(8)} ${(each.count / seconds).toFixed(1).padStart(9)} ${String(each.failed).padStart(7)} ${ms(each.p50Ms)} ${ms(each.p95Ms)} ${ms(each.p99Ms)} ${ms(each.maxMs)}`,
  )
  const cacheStates = Object.entries(report.cacheStatuses).map(([state, count]) => `${state} ${count}`)
  return [
    `${result.mix}: ${result.people} people, ${seconds.toFixed(0)} s, open loop`,
    `  ${'action'.padEnd(12)} ${'count'.padStart(8)} ${'per s'.padStart(9)} ${'failed'.padStart(7)} ${'p50 ms'.padStart(8)} ${'p95 ms'.padStart(8)} ${'p99 ms'.padStart(8)} ${'max ms'.padStart(8)}`,
    ...rows,
    `  failures    ${
      Object.entries(report.failures)
        .slice(0, 6)
        .map(([name, count]) => `${name} ×${count}`)
        .join(', ') || 'none'
    }`,
    `  app servers ${Object.entries(result.requests)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
    `  replicas    ${percent(result.replicaShare)} of the app servers' queries`,
    `  caches      ${
      Object.entries(result.hitRates)
        .map(([name, rate]) => `${name} ${percent(rate)}`)
        .join(', ') || 'no look-ups'
    }`,
    `  edge        ${cacheStates.join(', ') || 'no Cache-Status seen'}`,
    `  generator   ${percent(generator.cpuShare)} of a core, late by ${generator.lateP99Ms.toFixed(1)} ms at p99${generator.isVoid ? ': THE RUN IS VOID, the generator was the bottleneck' : ''}`,
  ].join('\n')
}
