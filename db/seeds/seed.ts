import { mkdirSync, statSync } from 'node:fs'
import type { Log } from '../../src/platform/log.ts'
import type { Postgres } from '../../src/platform/postgres.ts'
import type { EdgeList } from './edge-list.ts'
import { planFollows } from './graph.ts'
import type { Owner } from './media-links.ts'
import { planPeople } from './people.ts'
import { planPhotos } from './photos.ts'
import { generatedAvatars, generatedPictures, type PictureSource } from './picture-sources.ts'
import { openPictureStore, type Count, type PreparedPictures } from './pictures.ts'
import { recount } from './recount.ts'
import { analyzeTables } from './seed.queries.ts'
import { writeFollows } from './write-follows.ts'
import { findPeople, writePeople } from './write-people.ts'
import { writePhotos } from './write-photos.ts'
import { writeReactions } from './write-reactions.ts'

/** Rendered once each; all further uses link their files. */
export const DISTINCT_PICTURES_MAX = 60
export const DISTINCT_AVATARS_MAX = 48

export interface SeedOptions {
  postgres: Postgres
  mediaDirectory: string
  spoolDirectory: string
  log: Log
  /** Another seed is another crowd. */
  seed: string
  people: number
  /** Null: generated. */
  edges: EdgeList | null
  photos: number
  /** Null: generated. */
  pictures: readonly PictureSource[] | null
  /** Distinct pictures of people. */
  avatars: number
  signal: AbortSignal
  /** Runs one phase and tells the person who waits. */
  phase: Phase
}

/** `describe` gives the line for a phase that is done. */
export type Phase = <Result>(
  name: string,
  work: (count: Count) => Promise<Result>,
  describe: (result: Result) => string,
) => Promise<Result>

/** What all parts of one seed share. */
export interface SeedRun extends Pick<SeedOptions, 'postgres' | 'mediaDirectory' | 'seed' | 'signal'> {
  owner: Owner
}

export interface Tally {
  total: number
  added: number
}

export interface SeedSummary {
  people: Tally
  follows: Tally
  photos: Tally
  likes: Tally
  comments: Tally
  pictures: number
  /** Files that are no pictures, each with the reason. */
  refused: string[]
  /** Usernames to sign in with. */
  signIn: string[]
}

const SIGN_IN_EXAMPLES = 4

/** Brings the database and the media directory to what the plan says. Whatever is there already stays as it is, so that a
 *  second run adds nothing and completes an interrupted one. @throws Error `no pictures` when no file could be used */
export async function seedStack(options: SeedOptions): Promise<SeedSummary> {
  const { phase, seed, postgres } = options
  mkdirSync(options.mediaDirectory, { recursive: true })
  const { uid, gid } = statSync(options.mediaDirectory)
  const run: SeedRun = { ...options, owner: { uid, gid } }
  await using store = openPictureStore({ ...options, owner: run.owner })

  const wanted = Math.min(DISTINCT_PICTURES_MAX, options.photos)
  const prepared = await phase(
    'pictures',
    (count) => store.pictures(options.pictures ?? generatedPictures(wanted), wanted, count),
    describePictures,
  )
  const { pictures } = prepared
  if (pictures.length === 0 && wanted > 0) throw new Error('no pictures')

  const plan = planPeople(seed, options.people)
  const cast = await findPeople(run, plan)
  const addedPeople = await phase(
    'people',
    async (count) =>
      writePeople(run, cast, await store.avatars(generatedAvatars(options.avatars), () => undefined), count),
    (added) => tell(added, plan.length),
  )
  const follows = planFollows(seed, plan.length, options.edges ?? { nodeCount: 0, edges: [] })
  const accountIds = cast.people.map(({ id }) => id)
  const photoIds: string[] = []
  try {
    const addedFollows = await phase(
      'follows',
      (count) => writeFollows(run, cast, follows, count),
      (added) => tell(added, follows.count),
    )
    const photoPlan = planPhotos(seed, options.photos, plan, follows, Math.max(1, pictures.length))
    const { photos, added: addedPhotos } = await phase(
      'photos',
      (count) => writePhotos(run, cast, photoPlan, pictures, count),
      ({ photos, added }) => tell(added, photos.length),
    )
    photoIds.push(...photos.map(({ id }) => id))
    const { total, added } = await phase(
      'reactions',
      (count) => writeReactions(run, cast, photos, follows, count),
      ({ total, added }) =>
        `${tell(added.likes, total.likes, ' likes')}, ${tell(added.comments, total.comments, ' comments')}`,
    )
    await phase(
      'counters',
      () => recount(postgres, accountIds, photoIds),
      (wrong) => `${wrong.toLocaleString('en')} set`,
    )
    // Only helps the planner until autovacuum comes by.
    await analyzeTables(postgres.primary().kysely).catch(() => undefined)
    return {
      people: { total: plan.length, added: addedPeople },
      follows: { total: follows.count, added: addedFollows },
      photos: { total: photos.length, added: addedPhotos },
      likes: { total: total.likes, added: added.likes },
      comments: { total: total.comments, added: added.comments },
      pictures: pictures.length,
      refused: prepared.refused,
      signIn: cast.people.slice(0, SIGN_IN_EXAMPLES).map(({ username }) => username),
    }
  } catch (error) {
    // What is there so far is to be in order; where that fails too, the first error tells more.
    await recount(postgres, accountIds, photoIds).catch(() => undefined)
    throw error
  }
}

function describePictures({ pictures, rendered, refused }: PreparedPictures): string {
  const left = refused.length > 0 ? `, ${refused.length} refused` : ''
  if (rendered === pictures.length) return `${rendered} rendered${left}`
  return `${pictures.length}, ${rendered === 0 ? 'all' : pictures.length - rendered} rendered before${left}`
}

/** `what` are so many, of which `added` are new. */
function tell(added: number, total: number, what = ''): string {
  const [news, all] = [added, total].map((count) => count.toLocaleString('en'))
  if (added === 0 && total > 0) return `${all}${what} there already`
  return added === total ? `${all}${what}` : `${news} of ${all}${what} new`
}
