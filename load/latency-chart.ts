import { decode } from './generator/histogram.ts'
import type { Tally } from './generator/report.ts'
import type { Chart } from './scenario.ts'

/** Buckets of equal width on a logarithmic axis. */
const PER_DECADE = 8

/** How long requests of each sort took, as shares of their sort, so that rare ones can be compared with frequent ones. */
export function latencyChart(title: string, tallies: Readonly<Record<string, Tally>>): Chart {
  return {
    title,
    kind: 'histogram',
    x: 'ms',
    xScale: 'log',
    y: 'share of its requests, %',
    series: Object.entries(tallies)
      .filter(([, { count }]) => count > 0)
      .map(([name, tally]) => ({ name, points: sharesOf(tally) })),
  }
}

function sharesOf({ histogram, count }: Tally): [number, number][] {
  const recorded = decode(histogram)
  const bucketOf = (microseconds: number) => Math.ceil(Math.log10(Math.max(0.001, microseconds / 1_000)) * PER_DECADE)
  const [first, last] = [bucketOf(recorded.minNonZeroValue), bucketOf(recorded.maxValue)]
  let below = 0
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const upperMs = 10 ** ((first + index) / PER_DECADE)
    const upTo = shareUpTo(recorded, upperMs * 1_000, count)
    const share = upTo - below
    below = upTo
    return [upperMs, Math.max(0, share) * 100]
  })
}

/** The share of values up to `limit`, from the percentiles: the histogram's buckets are not public. */
function shareUpTo(histogram: ReturnType<typeof decode>, limit: number, count: number): number {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (histogram.getValueAtPercentile((middle / count) * 100) <= limit) low = middle
    else high = middle - 1
  }
  return low / count
}
