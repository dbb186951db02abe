import { idTail, seededMediaKey } from './identity.ts'
import type { Follows } from './graph.ts'
import { HISTORY_MS, type PlannedPerson } from './people.ts'
import { createRandom, type Random } from './random.ts'
import { EVERYDAY, SUBJECTS, TAGS, type Subject } from './words/captions.ts'

export interface PlannedPhoto {
  author: number
  /** Which of the distinct pictures it shows. */
  picture: number
  ageMs: number
  idTail: string
  mediaKey: string
}

const MINUTE_MS = 60_000
/** A third of all photos are from the last month. */
const RECENT_BIAS = 3
/** Few were here two years ago; whoever is drawn that often without having been is replaced by the first of all. */
const DRAWS_MAX = 40
const FIRST_PERSON = 0

/** About three a person: 3,000 for a thousand people, 200 for sixty. */
export function usualPhotoCount(people: number): number {
  const wanted = people * 3
  const unit = 10 ** Math.floor(Math.log10(wanted))
  return Math.ceil(wanted / unit) * unit
}

/** Who posts what and when. Few people post most of it, the better known ones more. */
export function planPhotos(
  seed: string,
  count: number,
  people: readonly PlannedPerson[],
  follows: Follows,
  pictureCount: number,
): PlannedPhoto[] {
  const draw = weighted(
    people.map(({ activity }, index) => activity * (1 + Math.log2(1 + follows.followersOf(index).length))),
  )
  const posted = new Set<string>()
  /** Somebody who was there then and, where that can be, has not posted this picture. */
  function drawAuthor(random: Random, ageMs: number, picture: number): number {
    let fallback = FIRST_PERSON
    for (let attempt = 0; attempt < DRAWS_MAX; attempt++) {
      const author = draw(random)
      if ((people[author]?.ageMs ?? 0) <= ageMs) continue
      fallback = author
      if (posted.has(`${author}/${picture}`)) continue
      posted.add(`${author}/${picture}`)
      return author
    }
    return fallback
  }
  const pictures = Array.from({ length: pictureCount }, (_, picture) => picture)
  let order: number[] = []
  return Array.from({ length: count }, (_, index) => {
    const random = createRandom(seed, 'photo', index)
    // Each picture once before any comes again, in another order each time.
    const place = index % pictureCount
    if (place === 0) order = createRandom(seed, 'order', index / pictureCount).shuffle(pictures)
    // Independent of the author: the same photo has the same id in a seed of more people.
    const ageMs = Math.floor(MINUTE_MS + (HISTORY_MS - 2 * MINUTE_MS) * random.next() ** RECENT_BIAS)
    const picture = order[place] ?? 0
    return {
      author: drawAuthor(random, ageMs, picture),
      picture,
      ageMs,
      idTail: idTail(seed, 'photo', index),
      mediaKey: seededMediaKey(seed, 'photo', index),
    }
  })
}

/** Draws an index in proportion to its weight. */
function weighted(weights: readonly number[]): (random: Random) => number {
  let total = 0
  const upTo = weights.map((weight) => (total += weight))
  return (random) => {
    const drawn = random.next() * total
    let [low, high] = [0, upTo.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((upTo[middle] ?? 0) > drawn) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** What people write about, by the words in a picture's name. */
export function subjectOf(pictureName: string): Subject {
  return SUBJECTS.find(([pattern]) => pattern.test(pictureName))?.[1] ?? EVERYDAY
}

export function writeCaption(random: Random, subject: Subject): string {
  if (random.chance(0.07)) return ''
  const caption = random.pick(random.chance(0.7) ? subject.captions : EVERYDAY.captions)
  return random.chance(0.12) ? `${caption} ${random.pick(TAGS)}` : caption
}
