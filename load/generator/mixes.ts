import type { Action } from './actions.ts'

export interface Mix {
  weights: Readonly<Partial<Record<Action, number>>>
  /** Beside the mix, at a fixed rate: one photo's renditions cost so much that a share of a high rate would measure nothing else. */
  uploadsPerSecond: number
}

/** What people do, in weights. `browse` is the mix that the published numbers are about. */
export const MIXES = {
  browse: {
    weights: { feed: 46, image: 25, profile: 10, photo: 8, explore: 3, search: 2, like: 4, comment: 1, follow: 1 },
    uploadsPerSecond: 0.5,
  },
  /** DeathStarBench's social network: 60 % home, 30 % user pages, 10 % new posts. */
  dsb: { weights: { feed: 60, profile: 30, upload: 10 }, uploadsPerSecond: 0 },
  'write-heavy': { weights: { like: 40, comment: 30, feed: 30 }, uploadsPerSecond: 2 },
} as const satisfies Record<string, Mix>

export type MixName = keyof typeof MIXES

/** A function that draws actions by their weights. */
export function drawFrom(weights: Mix['weights'], random: () => number): () => Action {
  // Keys of a literal record of actions.
  const entries = Object.entries(weights) as [Action, number][]
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0)
  return () => {
    let left = random() * total
    for (const [action, weight] of entries) {
      left -= weight
      if (left < 0) return action
    }
    return 'feed'
  }
}
