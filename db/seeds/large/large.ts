import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import { createPasswords } from '../../../src/platform/passwords.ts'
import type { Log } from '../../../src/platform/log.ts'
import { describePicture } from '../alt-text.ts'
import { seededMediaKey } from '../identity.ts'
import { linkDirectory, type Owner } from '../media-links.ts'
import { HISTORY_MS, planPeople } from '../people.ts'
import { subjectOf } from '../photos.ts'
import { generatedAvatars, generatedPictures } from '../picture-sources.ts'
import { openPictureStore, type Count } from '../pictures.ts'
import type { Phase } from '../seed.ts'
import { COMMENTS } from '../words/comments.ts'
import { SEED_PASSWORD } from '../write-people.ts'
import * as queries from './large.queries.ts'
import { DEGREES_OF_MEAN, sizesOf } from './sizes.ts'

const DISTINCT_PICTURES = 24
/** Names, bios and captions that repeat: enough that no page looks the same, and a statement takes them as a parameter. */
const DISTINCT_WORDS = 400
/** One transaction each: some seconds; of follows a minute, since every batch meets most pages of an index. */
const BATCH = { people: 5_000, follows: 10_000, photos: 10_000 } as const

export interface LargeOptions {
  /** A connection to the primary, without a time-out. */
  client: pg.ClientBase
  scale: number
  /** Distinct pictures, and as many of people; each is rendered once. */
  pictures?: number
  mediaDirectory: string
  spoolDirectory: string
  feedPushMaxFollowers: number
  log: Log
  signal: AbortSignal
  phase: Phase
}

export interface LargeSummary {
  people: number
  photos: number
  /** Of this run; 0 where all was there. */
  added: { people: number; follows: number; photos: number; likes: number; comments: number }
}

/**
 * The large set, straight into PostgreSQL: `large_0` to `large_99999`, their photos, and who follows whom. What is there
 * already is left alone, batch by batch, so that another run completes an interrupted one. A set of another scale is not
 * joined to one that is there: @throws Error `another scale`
 */
export async function seedLarge(options: LargeOptions): Promise<LargeSummary> {
  const { client, phase, signal } = options
  const sizes = sizesOf(options.scale)
  const pictures = await phase(
    'pictures',
    (count) => sharePictures(options, count),
    ({ pictures }) => `${pictures.length} shared by all photos`,
  )
  const began = await queries.firstPersonMs(client)
  const setting: queries.LargeSetting = {
    ...sizes,
    ...pictures,
    ...words(),
    degrees: DEGREES_OF_MEAN,
    epochMs: began === null ? Date.now() : began + HISTORY_MS,
    historyMs: HISTORY_MS,
    passwordHash: await createPasswords().hash(SEED_PASSWORD),
  }
  await queries.prepare(client, setting)
  const added = { people: 0, follows: 0, photos: 0, likes: 0, comments: 0 }
  if (began !== null && !(await queries.isOfSize(client))) throw new Error('another scale')

  const inBatches =
    (kind: queries.Kind, total: number, insert: (range: queries.Range) => Promise<void>) => async (count: Count) => {
      for (let from = 0; from < total; from += BATCH[kind]) {
        signal.throwIfAborted()
        const range = [from, Math.min(total, from + BATCH[kind]) - 1] as const
        if (!(await queries.has(client, kind, range))) await transaction(client, () => insert(range))
        count(range[1] + 1, total)
      }
    }
  const tell = (what: string, number: number) =>
    number === 0 ? 'there already' : `${number.toLocaleString('en')} ${what}`
  await phase(
    'people',
    inBatches('people', sizes.people, async (range) => {
      added.people += await queries.insertPeople(client, setting, range)
    }),
    () => tell('people', added.people),
  )
  const setCounters = () =>
    phase(
      'counters',
      () => queries.countPeople(client),
      (wrong) => `${wrong.toLocaleString('en')} set`,
    )
  try {
    await phase(
      'photos',
      inBatches('photos', sizes.photos, async (range) => {
        const { likes, comments } = await queries.insertPhotos(client, setting, range)
        added.photos += range[1] - range[0] + 1
        added.likes += likes
        added.comments += comments
      }),
      () =>
        tell(
          `photos, ${added.likes.toLocaleString('en')} likes, ${added.comments.toLocaleString('en')} comments`,
          added.photos,
        ),
    )
    await phase(
      'follows',
      inBatches('follows', sizes.people, async (range) => {
        added.follows += await queries.insertFollows(client, setting, range)
      }),
      () => tell('follows', added.follows),
    )
  } catch (error) {
    // What is there so far is to be in order, where the database can still be asked.
    await setCounters().catch(() => undefined)
    throw error
  }
  await setCounters()
  await queries.insertPulled(client, options.feedPushMaxFollowers)
  await phase(
    'statistics',
    () => queries.analyze(client),
    () => 'gathered',
  )
  return { people: sizes.people, photos: sizes.photos, added }
}

async function transaction(client: pg.ClientBase, work: () => Promise<void>): Promise<void> {
  await client.query('begin')
  try {
    await work()
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

/** One directory per picture, which all photos of it name: a million directories would be nine million links. Decision 0011. */
async function sharePictures(options: LargeOptions, count: Count) {
  const { mediaDirectory, pictures: distinct = DISTINCT_PICTURES } = options
  mkdirSync(mediaDirectory, { recursive: true })
  const { uid, gid } = statSync(mediaDirectory)
  const owner: Owner = { uid, gid }
  await using store = openPictureStore({ ...options, owner })
  const { pictures } = await store.pictures(generatedPictures(distinct), distinct, count)
  const avatars = await store.avatars(generatedAvatars(distinct), () => undefined)
  const share = (kind: string, directory: string, number: number) => {
    const mediaKey = seededMediaKey('large', kind, number)
    linkDirectory(directory, join(mediaDirectory, mediaKey), owner)
    return mediaKey
  }
  return {
    pictures: pictures.map((picture, number) => ({
      ...picture,
      mediaKey: share('picture', picture.directory, number),
      altText: describePicture(subjectOf(picture.name), picture),
    })),
    avatarKeys: avatars.map((directory, number) => share('avatar', directory, number)),
  }
}

function words() {
  const crowd = planPeople('large', DISTINCT_WORDS)
  const subjects = generatedPictures(DISTINCT_PICTURES).map(({ name }) => subjectOf(name))
  return {
    names: crowd.map(({ displayName }) => displayName),
    bios: crowd.map(({ bio }) => bio).filter((bio) => bio !== ''),
    captions: [...new Set(subjects.flatMap(({ captions }) => captions))],
    comments: COMMENTS,
  }
}
