import { openBatches, tally } from './batches.ts'
import type { Follows } from './graph.ts'
import { idAt } from './identity.ts'
import type { Count } from './pictures.ts'
import { planComments, planLikes } from './reactions.ts'
import { insertComments, insertLikes, type NewComment, type NewLike } from './seed.queries.ts'
import type { SeedRun } from './seed.ts'
import type { Cast } from './write-people.ts'
import type { SeededPhoto } from './write-photos.ts'

/** @returns how many likes and comments were new, and how many there are. */
export async function writeReactions(
  run: SeedRun,
  { people, epochMs }: Cast,
  photos: readonly SeededPhoto[],
  follows: Follows,
  count: Count,
) {
  const done = tally(count, photos.length)
  const likeBatches = openBatches<NewLike>({ ...run, insert: insertLikes, written: () => undefined })
  const commentBatches = openBatches<NewComment>({ ...run, insert: insertComments, written: () => undefined })
  const total = { likes: 0, comments: 0 }
  const nameOf = (person: number) => people[person]?.username ?? ''

  for (const photo of photos) {
    /** A moment at which both the photo and the person were there. */
    const momentOf = (person: number, when: number) => {
      const firstMs = Math.max(photo.createdAtMs, epochMs - (people[person]?.ageMs ?? 0))
      return Math.floor(firstMs + (epochMs - firstMs) * when)
    }
    const idOf = (person: number) => people[person]?.id ?? ''
    const followers = follows.followersOf(photo.author)
    const likes = planLikes(run.seed, { ...photo, followers, peopleCount: people.length })
    for (const { person, when } of likes) {
      const createdAt = new Date(momentOf(person, when)).toISOString()
      await likeBatches.add({ photo_id: photo.id, account_id: idOf(person), created_at: createdAt })
    }
    const comments = planComments(run.seed, { ...photo, likes }, nameOf)
    for (const { person, when, text, idTail } of comments) {
      const createdAtMs = momentOf(person, when)
      await commentBatches.add({
        id: idAt(createdAtMs, idTail),
        photo_id: photo.id,
        account_id: idOf(person),
        text,
        created_at: new Date(createdAtMs).toISOString(),
      })
    }
    total.likes += likes.length
    total.comments += comments.length
    done(1)
  }
  return { total, added: { likes: await likeBatches.finish(), comments: await commentBatches.finish() } }
}
