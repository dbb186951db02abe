import type { Action } from './actions.ts'

export interface Mix {
  weights: Readonly<Partial<Record<Action, number>>>
  /** Beside the weights, at fixed rates. One photo's renditions cost so much that a share of a high rate would measure nothing
   *  else; and assets are asked for once by a browser, not with every action. */
  perSecond: Readonly<Partial<Record<Action, number>>>
  /** One person, whom all others follow, does all the uploads. */
  hasCelebrity?: boolean
}

/** What people do. `browse` is the mix that the published numbers are about. */
export const MIXES = {
  browse: {
    weights: { feed: 46, image: 25, profile: 10, photo: 8, explore: 3, search: 2, like: 4, comment: 1, follow: 1 },
    perSecond: { upload: 0.5, asset: 5 },
  },
  /** DeathStarBench's social network: 60 % home, 30 % user pages, 10 % new posts. Wants a lower rate. */
  dsb: { weights: { feed: 60, profile: 30, upload: 10 }, perSecond: {} },
  'write-heavy': { weights: { like: 40, comment: 30, feed: 30 }, perSecond: { upload: 2 } },
  /** A constant, for comparison. */
  constant: { weights: { instance: 100 }, perSecond: {} },
  /** One whom everybody follows posts while all read. */
  celebrity: { weights: { feed: 70, image: 20, photo: 10 }, perSecond: { upload: 0.5 }, hasCelebrity: true },
} as const satisfies Record<string, Mix>

export type MixName = keyof typeof MIXES

/** A function that draws by weights. */
export function drawFrom<Item>(weighted: readonly (readonly [Item, number])[], random: () => number): () => Item {
  const limits: number[] = []
  let total = 0
  for (const [, weight] of weighted) limits.push((total += weight))
  const [first] = weighted
  if (first === undefined || total <= 0) throw new Error('nothing to draw from')
  return () => {
    const point = random() * total
    let [low, high] = [0, limits.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (point < (limits[middle] ?? 0)) high = middle
      else low = middle + 1
    }
    return (weighted[low] ?? first)[0]
  }
}
