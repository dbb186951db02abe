import { createRandom } from './random.ts'

/** Who follows whom, as indices of people; each pair once, nobody themselves. */
export interface Follows {
  readonly count: number
  pair(at: number): readonly [follower: number, followee: number]
  /** Whoever follows `person`. */
  followersOf(person: number): Int32Array
}

/** On average about 37 follows a person, as in the Facebook network of a college (18,812 friendships of 962 people). */
const FOLLOWS_LEAST = 10
const FOLLOWS_EXPONENT = 1.7
const FOLLOWS_MOST = 400
const FOLLOWS_BACK = 0.45
/** The rest is chosen evenly: friends whom nobody else knows. */
const BY_POPULARITY = 0.85

/** Both directions of each edge between the first `people`; whoever the list does not know follows as in a generated graph. */
export function planFollows(
  seed: string,
  people: number,
  list: { nodeCount: number; edges: readonly (readonly [number, number])[] },
): Follows {
  const followers: number[] = []
  const followees: number[] = []
  // Everybody once, and once more for each follower: a draw from it is a draw by popularity.
  const popularity: number[] = []
  const follow = (follower: number, followee: number) => {
    followers.push(follower)
    followees.push(followee)
    popularity.push(followee)
  }
  for (const [a, b] of list.edges) {
    if (a >= people || b >= people) continue
    follow(a, b)
    follow(b, a)
  }
  for (let person = 0; person < Math.min(people, list.nodeCount); person++) popularity.push(person)

  for (let person = list.nodeCount; person < people; person++) {
    // Named after the person: the same in a larger graph, so that a seed can grow.
    const random = createRandom(seed, 'follows', person)
    const wanted = Math.min(Math.floor(random.pareto(FOLLOWS_LEAST, FOLLOWS_EXPONENT)), FOLLOWS_MOST, person)
    const chosen = new Set<number>()
    while (chosen.size < wanted)
      chosen.add(random.chance(BY_POPULARITY) ? random.pick(popularity) : random.below(person))
    for (const other of chosen) {
      follow(person, other)
      if (random.chance(FOLLOWS_BACK)) follow(other, person)
    }
    popularity.push(person)
  }
  return indexed(people, Int32Array.from(followers), Int32Array.from(followees))
}

/** Ten million follows fit into memory this way. */
function indexed(people: number, followers: Int32Array, followees: Int32Array): Follows {
  const starts = new Int32Array(people + 1)
  for (const followee of followees) starts[followee + 1] = (starts[followee + 1] ?? 0) + 1
  for (let person = 0; person < people; person++) starts[person + 1] = (starts[person + 1] ?? 0) + (starts[person] ?? 0)
  const sorted = new Int32Array(followers.length)
  const next = starts.slice()
  for (let at = 0; at < followers.length; at++) {
    const followee = followees[at] ?? 0
    const place = next[followee] ?? 0
    sorted[place] = followers[at] ?? 0
    next[followee] = place + 1
  }
  return {
    count: followers.length,
    pair: (at) => [followers[at] ?? 0, followees[at] ?? 0],
    followersOf: (person) => sorted.subarray(starts[person] ?? 0, starts[person + 1] ?? 0),
  }
}
