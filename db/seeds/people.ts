import { DISPLAY_NAME_MAX_CHARS, USERNAME_MIN_CHARS } from '../../src/contract/limits.ts'
import { idTail } from './identity.ts'
import { createRandom, type Random } from './random.ts'
import { BIO_TEMPLATES, INTERESTS, PLACES, TRADES } from './words/bios.ts'
import { MEMORABLE_PEOPLE, NAME_POOLS, type Name } from './words/names.ts'

export interface PlannedPerson {
  username: string
  displayName: string
  bio: string
  /** How long ago they signed up. */
  ageMs: number
  idTail: string
  hasAvatar: boolean
  /** How much they post compared with others; 0 for those who only look. */
  activity: number
}

/** The first account is that old. */
export const HISTORY_MS = 730 * 86_400_000
const YOUNGEST_MS = 86_400_000
/** Leaves room for the digits that tell namesakes apart. */
const USERNAME_BASE_MAX_CHARS = 24
const LOOKS_ONLY = 0.22

/** The first `count` people of a seed; person 7 of a larger seed is person 7 of a smaller one. */
export function planPeople(seed: string, count: number): PlannedPerson[] {
  const taken = new Set<string>(MEMORABLE_PEOPLE.map(([username]) => username))
  return Array.from({ length: count }, (_, index) => {
    const random = createRandom(seed, 'person', index)
    const memorable = MEMORABLE_PEOPLE[index]
    const name = drawName(random)
    const username = memorable?.[0] ?? uniqueUsername(name.latin, random, taken)
    return {
      username,
      displayName: memorable?.[1] ?? name.shown,
      bio: random.chance(0.12) ? '' : drawBio(random),
      // More people came lately than long ago.
      ageMs: index === 0 ? HISTORY_MS : Math.floor(YOUNGEST_MS + (HISTORY_MS - YOUNGEST_MS) * random.next() ** 1.3),
      idTail: idTail(seed, 'person', index),
      hasAvatar: memorable !== undefined || random.chance(0.72),
      activity: memorable ? 12 : random.chance(LOOKS_ONLY) ? 0 : Math.min(random.pareto(1, 1.2), 60),
    }
  })
}

function drawName(random: Random): { shown: string; latin: string[] } {
  const pool = random.pick(NAME_POOLS)
  const [given, family] = [random.pick(pool.given), random.pick(pool.family)]
  const [first, second] = [shownOf(given), shownOf(family)]
  const shown = pool.isFamilyFirst
    ? `${second}${first}`
    : random.chance(0.14)
      ? first
      : random.chance(0.08)
        ? `${first} ${second.slice(0, 1).toUpperCase()}.`
        : `${first} ${second}`
  return { shown: shown.slice(0, DISPLAY_NAME_MAX_CHARS), latin: [latinOf(given), latinOf(family)] }
}

function shownOf(name: Name): string {
  return typeof name === 'string' ? name : name[0]
}

const LETTERS: Readonly<Record<string, string>> = { ł: 'l', ø: 'o', đ: 'd', ß: 'ss', æ: 'ae', ı: 'i', œ: 'oe', þ: 'th' }

/** Letters from a to z. */
export function latinOf(name: Name): string {
  if (typeof name !== 'string') return name[1]
  return name
    .toLowerCase()
    .normalize('NFD')
    .replace(/[łøđßæıœþ]/g, (letter) => LETTERS[letter] ?? '')
    .replace(/[^a-z]/g, '')
}

function uniqueUsername([given = '', family = '']: string[], random: Random, taken: Set<string>): string {
  const year = 60 + random.below(48)
  const shapes = [
    `${given}.${family}`,
    `${given}_${family}`,
    `${given}${family}`,
    `${given.slice(0, 1)}.${family}`,
    `${family}.${given}`,
    `${given}${String(year % 100).padStart(2, '0')}`,
    `${given}.${random.pick(['photos', 'pics', 'outside', 'wanders', 'films', 'sees', 'daily'])}`,
    `the.${given}`,
    `${given}_${latinOf(random.pick(PLACES))}`,
  ]
  const base = random.pick(shapes).slice(0, USERNAME_BASE_MAX_CHARS)
  for (let attempt = 0; ; attempt++) {
    const digits = attempt === 0 ? '' : String(random.below(10 ** Math.min(1 + attempt, 6)))
    const username = `${base}${digits}`
    if (username.length < USERNAME_MIN_CHARS || taken.has(username)) continue
    taken.add(username)
    return username
  }
}

function drawBio(random: Random): string {
  const [interest, other] = random.sample(2, INTERESTS.length).map((at) => INTERESTS[at] ?? '')
  const [place, place2] = random.sample(2, PLACES.length).map((at) => PLACES[at] ?? '')
  const words: Readonly<Record<string, string | undefined>> = {
    interest,
    other,
    place,
    place2,
    trade: random.pick(TRADES),
  }
  const bio = random.pick(BIO_TEMPLATES).replace(/\{(\w+)\}/g, (_, word: string) => words[word] ?? '')
  if (random.chance(0.2)) return bio
  return bio.replace(/(^|\. )[a-z]/g, (start) => start.toUpperCase())
}
