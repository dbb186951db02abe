import { openBatches, tally } from './batches.ts'
import type { Follows } from './graph.ts'
import type { Count } from './pictures.ts'
import { createRandom } from './random.ts'
import { insertFollows } from './seed.queries.ts'
import type { SeedRun } from './seed.ts'
import type { Cast } from './write-people.ts'

/** @returns how many were new. */
export async function writeFollows(run: SeedRun, { people, epochMs }: Cast, follows: Follows, count: Count) {
  const random = createRandom(run.seed, 'followed at')
  const batches = openBatches({ ...run, insert: insertFollows, written: tally(count, follows.count) })
  for (let at = 0; at < follows.count; at++) {
    const [follower, followee] = follows.pair(at).map((person) => people[person])
    if (!follower || !followee) continue
    // Nobody follows before both are there.
    const ageMs = Math.min(follower.ageMs, followee.ageMs) * random.next()
    await batches.add({
      follower_id: follower.id,
      followee_id: followee.id,
      created_at: new Date(epochMs - ageMs).toISOString(),
    })
  }
  return batches.finish()
}
