import { median } from './quantiles.ts'

/** What so many app servers carried in one pass over all fleets. */
export interface Carried {
  pass: number
  count: number
  goodPerSecond: number
  /** Everything else had no core left for them: no measure of how they scale. */
  isFull: boolean
}

export interface AgainstLinear {
  count: number
  /** Percent of `count` times what one app server carried in the same pass; of each pass that did not fill the machine. */
  percents: readonly number[]
  /** The median of them; NaN where each pass filled the machine. */
  percent: number
}

/** Of each fleet, smallest first. Fleets are compared within a pass only: the speed of a shared machine changes from pass to pass. */
export function againstLinear(carried: readonly Carried[]): AgainstLinear[] {
  const counts = [...new Set(carried.map(({ count }) => count))].toSorted((one, other) => one - other)
  return counts.map((count) => {
    const percents = carried
      .filter((each) => each.count === count && !each.isFull)
      .map(({ pass, goodPerSecond }) => {
        const one = carried.find((each) => each.pass === pass && each.count === 1)
        return (goodPerSecond / ((one?.goodPerSecond ?? Number.NaN) * count)) * 100
      })
    return { count, percents, percent: median(percents) }
  })
}
