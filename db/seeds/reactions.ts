import { idTail } from './identity.ts'
import { createRandom, type Random } from './random.ts'
import type { Subject } from './words/captions.ts'
import { ANSWERS, COMMENTS, THANKS } from './words/comments.ts'

export interface PlannedLike {
  person: number
  /** Between the first moment at which they could and the seed's present, 0 to 1. */
  when: number
}

export interface PlannedComment extends PlannedLike {
  idTail: string
  text: string
}

const COMMENTS_MAX = 60

interface LikedPhoto {
  index: number
  author: number
  followers: Int32Array
  peopleCount: number
}

/** Followers mostly, some who found it on the explore page. Most photos get few, a few get very many. */
export function planLikes(seed: string, { index, author, followers, peopleCount }: LikedPhoto): PlannedLike[] {
  const random = createRandom(seed, 'likes', index)
  const share = Math.min(random.pareto(0.06, 1.3), 0.85)
  const strangers = Math.min(Math.floor(random.pareto(1, 1.4)) - 1, Math.floor(peopleCount / 3))
  const likers = new Set(
    random.sample(Math.round(followers.length * share), followers.length).map((at) => followers[at] ?? 0),
  )
  for (const person of random.sample(strangers, peopleCount)) likers.add(person)
  likers.delete(author)
  return [...likers].map((person) => ({ person, when: random.next() ** 4 }))
}

/** People who like a photo say so, now and then the author answers them. */
export function planComments(
  seed: string,
  photo: { index: number; author: number; likes: readonly PlannedLike[]; subject: Subject },
  nameOf: (person: number) => string,
): PlannedComment[] {
  const random = createRandom(seed, 'comments', photo.index)
  const comments: PlannedComment[] = []
  const add = (person: number, when: number, text: string) =>
    comments.push({ person, when, text, idTail: idTail(seed, 'comment', photo.index, comments.length) })

  const said = new Set<string>()
  for (const { person, when } of random.shuffle(photo.likes)) {
    if (comments.length >= COMMENTS_MAX || !random.chance(comments.length < 3 ? 0.2 : 0.08)) continue
    const text = writeComment(random, photo.subject)
    if (said.has(text)) continue
    said.add(text)
    const saidAt = Math.min(when + 0.002, 1)
    add(person, saidAt, text)
    if (!random.chance(0.25)) continue
    const reply = random.pick(text.endsWith('?') ? ANSWERS : THANKS).replace('{name}', nameOf(person))
    add(photo.author, Math.min(saidAt + 0.003, 1), reply)
  }
  return comments
}

function writeComment(random: Random, subject: Subject): string {
  const hasOwn = subject.comments.length > 0
  return random.pick(hasOwn && random.chance(0.45) ? subject.comments : COMMENTS)
}
