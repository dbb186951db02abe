import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { generatedPicture } from '../src/features/media/generated-picture.ts'
import type { Services } from '../src/processes/services.ts'
import type { World } from './generator/actions.ts'

const KNOWN_MAX = 5_000
const PICTURES_MAX = 20
const DRAWN_COUNT = 4
/** Small ones: uploading is what is meant to be loaded here, not the network of one machine. */
const PICTURE_MAX_BYTES = 400_000

/** What is there to be looked at, and pictures to upload: real files where a directory is given, drawn ones otherwise. */
export async function lookAtWorld(services: Services, photosDirectory: string | undefined, lb: string): Promise<World> {
  const photos = await services.db.readPrimary((db) =>
    db.selectFrom('photos').select('id').where('status', '=', 'ready').orderBy('id', 'desc').limit(KNOWN_MAX).execute(),
  )
  return {
    usernames: await usernamesOf(services),
    photoIds: photos.map(({ id }) => id),
    assets: await assetsOf(lb),
    pictures: await picturesFrom(photosDirectory),
  }
}

/** Whose profiles are looked at: the more followed first. */
export async function usernamesOf(services: Services): Promise<string[]> {
  const rows = await services.db.readPrimary((db) =>
    db.selectFrom('accounts').select('username').orderBy('follower_count', 'desc').limit(KNOWN_MAX).execute(),
  )
  return rows.map(({ username }) => username)
}

/** The hashed files that a first visit loads. */
export async function assetsOf(lb: string): Promise<string[]> {
  const document = await (await fetch(`${lb}/index.html`)).text()
  return [...new Set([...document.matchAll(/"(\/assets\/[^"]+)"/g)].flatMap(([, path]) => path ?? []))]
}

/** @throws Error where the directory holds no picture that is small enough */
export async function picturesFrom(directory: string | undefined): Promise<Uint8Array[]> {
  if (directory === undefined)
    return Promise.all(Array.from({ length: DRAWN_COUNT }, (_, index) => generatedPicture(index + 1)))
  const pictures = globSync('**/*.{jpg,jpeg,JPG}', { cwd: directory })
    .map((file) => readFileSync(join(directory, file)))
    .filter(({ length }) => length > 1_000 && length <= PICTURE_MAX_BYTES)
    .slice(0, PICTURES_MAX)
  if (pictures.length === 0) throw new Error(`no JPEG of at most ${PICTURE_MAX_BYTES / 1_000} kB in ${directory}`)
  return pictures
}
