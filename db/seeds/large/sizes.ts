const PEOPLE = 100_000
const PHOTOS = 1_000_000
const FOLLOWS_PER_PERSON = 101

/** What one large set is. */
export interface LargeSizes {
  people: number
  photos: number
  /** How many a person follows on average. */
  followsPerPerson: number
}

/** @param scale 1 is all of it: 100,000 people, a million photos, ten million follows */
export function sizesOf(scale: number): LargeSizes {
  const people = Math.max(100, Math.round(PEOPLE * scale))
  const photos = Math.max(1_000, Math.round(PHOTOS * scale))
  return { people, photos, followsPerPerson: Math.min(FOLLOWS_PER_PERSON, people / 10) }
}

/**
 * Percentiles 0 to 100 of how many friends people have, as shares of the mean: the Facebook network of a college (962 people,
 * 18,812 friendships; socfb-Reed98 of the Network Repository). How many follow a person has the heavier tail of a service
 * where anybody may be followed; `followeeOf` in large.queries.ts makes it.
 */
export const DEGREES_OF_MEAN: readonly number[] = [
  0.03, 0.03, 0.03, 0.03, 0.05, 0.05, 0.08, 0.1, 0.1, 0.13, 0.15, 0.15, 0.18, 0.18, 0.2, 0.2, 0.23, 0.23, 0.26, 0.26,
  0.28, 0.31, 0.31, 0.33, 0.36, 0.36, 0.38, 0.38, 0.38, 0.41, 0.43, 0.43, 0.46, 0.49, 0.49, 0.51, 0.51, 0.54, 0.54,
  0.56, 0.59, 0.59, 0.61, 0.64, 0.64, 0.66, 0.66, 0.69, 0.69, 0.72, 0.74, 0.77, 0.79, 0.82, 0.84, 0.84, 0.87, 0.89,
  0.92, 0.95, 0.97, 1, 1.02, 1.05, 1.07, 1.1, 1.13, 1.15, 1.18, 1.2, 1.23, 1.25, 1.3, 1.33, 1.36, 1.41, 1.43, 1.48,
  1.51, 1.56, 1.64, 1.69, 1.74, 1.79, 1.84, 1.89, 1.94, 2.05, 2.12, 2.2, 2.28, 2.33, 2.4, 2.51, 2.71, 2.84, 3.14, 3.38,
  3.94, 4.65, 8,
]
