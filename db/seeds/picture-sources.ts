import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UPLOAD_MAX_BYTES } from '../../src/contract/limits.ts'
import { generatedAvatar, generatedPicture } from '../../src/features/media/generated-picture.ts'
import { AppError } from '../../src/platform/errors.ts'

/** A picture that is yet to be rendered. */
export interface PictureSource {
  /** What it shows, as far as its name tells. */
  name: string
  /** A media key that this content alone has. @throws AppError media.too_large */
  digest(): string
  bytes(): Promise<Buffer>
}

/** Files of a directory in the order of their names. @throws Error of the file system */
export function picturesIn(directory: string): PictureSource[] {
  return readdirSync(directory)
    .sort()
    .filter((name) => !name.startsWith('.') && statSync(join(directory, name)).isFile())
    .map((name) => {
      const read = () => {
        const { size } = statSync(join(directory, name))
        if (size > UPLOAD_MAX_BYTES) throw new AppError('media.too_large')
        return readFileSync(join(directory, name))
      }
      return { name, digest: () => digestOf(read()), bytes: () => Promise.resolve(read()) }
    })
}

/** What `generatedPicture` draws, in its order. */
const SCENES = ['hills', 'sea', 'botanical', 'night', 'dunes', 'lake', 'flower', 'forest', 'clouds', 'field', 'arches']

/** Pictures where there are no photographs. */
export function generatedPictures(count: number): PictureSource[] {
  return Array.from({ length: count }, (_, number) => ({
    name: SCENES[number % SCENES.length] ?? '',
    digest: () => digestOf(`generated picture ${number}`),
    bytes: () => generatedPicture(number),
  }))
}

export function generatedAvatars(count: number): PictureSource[] {
  return Array.from({ length: count }, (_, number) => ({
    name: 'avatar',
    digest: () => digestOf(`generated avatar ${number}`),
    bytes: () => generatedAvatar(number),
  }))
}

function digestOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32)
}
