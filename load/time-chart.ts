import type { Second } from './generator/driven.ts'
import type { Chart } from './scenario.ts'

/** Throughput and latency over the seconds of a run, as two charts. `marks`: what happened at which second. */
export function timeCharts(
  title: string,
  seconds: readonly Second[],
  limitMs: number,
  marks: Chart['marks'] = [],
): Chart[] {
  const line = (name: string, value: (second: Second) => number) => ({
    name,
    points: seconds.map((each) => [each.second, value(each)] as const),
  })
  const x = 'seconds'
  return [
    {
      title: `${title}: requests`,
      kind: 'line',
      x,
      y: 'per second',
      series: [
        line('answered', ({ done, failed }) => done - failed),
        line('refused or failed', ({ failed }) => failed),
      ],
      marks,
    },
    {
      title: `${title}: response time`,
      kind: 'line',
      x,
      y: 'ms',
      series: [line('P50', ({ p50Ms }) => p50Ms), line('P95', ({ p95Ms }) => p95Ms), line('P99', ({ p99Ms }) => p99Ms)],
      limit: { y: limitMs, text: `${limitMs} ms` },
      marks,
    },
  ]
}
