/** NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const half = sorted.length >> 1
  const upper = sorted[half] ?? Number.NaN
  return sorted.length % 2 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2
}

/** NaN of nothing. */
export function p95(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN
}

/** That whose value is the median, of an even number the lower of the two; undefined of nothing. */
export function middleBy<Item>(items: readonly Item[], valueOf: (item: Item) => number): Item | undefined {
  return items.toSorted((one, other) => valueOf(one) - valueOf(other))[(items.length - 1) >> 1]
}
