export interface Scale {
  ticks: readonly number[]
  /** From a value to a share of the axis, 0 to 1. */
  at: (value: number) => number
}

/** From 0 (or below) to a round number above the largest value, with about `count` ticks at round steps. */
export function linearScale(values: readonly number[], count: number, startsAtZero = true): Scale {
  const [low, high] = extent(values, startsAtZero)
  const step = roundStep((high - low) / count)
  const from = Math.floor(low / step) * step
  const to = Math.max(from + step, Math.ceil(high / step - 1e-9) * step)
  const ticks = Array.from({ length: Math.round((to - from) / step) + 1 }, (_, index) => clean(from + index * step))
  return { ticks, at: (value) => (value - from) / (to - from) }
}

/** Decades that hold all values; only values above 0 have a place. */
export function logScale(values: readonly number[]): Scale {
  const positive = values.filter((value) => value > 0)
  const low = Math.floor(Math.log10(Math.min(...positive, 1e9)) + 1e-9)
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...positive, 1e-9)) - 1e-9))
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => clean(10 ** (low + index)))
  return { ticks, at: (value) => (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low) }
}

function extent(values: readonly number[], startsAtZero: boolean): [number, number] {
  const finite = values.filter(Number.isFinite)
  if (finite.length === 0) return [0, 1]
  const low = finite.reduce((one, other) => Math.min(one, other))
  const high = finite.reduce((one, other) => Math.max(one, other))
  const from = startsAtZero ? Math.min(0, low) : low
  return from === high ? [from, from + 1] : [from, high]
}

/** 1, 2, 5 times a power of ten, at least `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  const share = least / power
  return power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10)
}

/** 0.30000000000000004 is 0.3. */
function clean(value: number): number {
  return Number(value.toPrecision(12))
}
