import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { generatedPicture } from '../src/features/media/generated-picture.ts'
import type { Services } from '../src/processes/services.ts'
import type { World } from './generator/actions.ts'

const KNOWN_MAX = 5_000
const PICTURES_MAX = 20
/** Small ones: uploading is what is meant to be loaded here, not the network of one machine. */
const PICTURE_MAX_BYTES = 400_000

/** What is there to be looked at, and pictures to upload: real files where a directory is given, drawn ones otherwise. */
export async function lookAtWorld(
  services: Services,
  photosDirectory: string | undefined,
  seed: number,
): Promise<World> {
  const { accounts, photos } = await services.db.readPrimary(async (db) => ({
    accounts: await db
      .selectFrom('accounts')
      .select('username')
      .orderBy('follower_count', 'desc')
      .limit(KNOWN_MAX)
      .execute(),
    photos: await db
      .selectFrom('photos')
      .select('id')
      .where('status', '=', 'ready')
      .orderBy('id', 'desc')
      .limit(KNOWN_MAX)
      .execute(),
  }))
  const pictures = photosDirectory === undefined ? await drawn() : fromDirectory(photosDirectory)
  if (pictures.length === 0) throw new Error(`no picture of at most ${PICTURE_MAX_BYTES} bytes in ${photosDirectory}`)
  let turn = 0
  return {
    usernames: accounts.map(({ username }) => username),
    photoIds: photos.map(({ id }) => id),
    picture: () => pictures[turn++ % pictures.length] ?? new Uint8Array(),
    random: seededRandom(seed),
  }
}

function fromDirectory(directory: string): Uint8Array[] {
  return globSync('**/*.{jpg,jpeg,JPG}', { cwd: directory })
    .map((file) => readFileSync(join(directory, file)))
    .filter(({ length }) => length > 1_000 && length <= PICTURE_MAX_BYTES)
    .slice(0, PICTURES_MAX)
}

function drawn(): Promise<Uint8Array[]> {
  return Promise.all(Array.from({ length: 4 }, (_, index) => generatedPicture(index + 1)))
}

/** mulberry32: repeatable and good enough to draw actions with. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
