import type { Services } from '../../src/processes/services.ts'
import { dataSize, type DataSize } from './facts.ts'
import { minigram } from './stack.ts'

/** The network that the published figures are about: as large as DeathStarBench's small graph. */
export const PUBLISHED_SIZE = { people: 962, photos: 3_000 } as const
/** Of the photos wanted: with fewer every page would show the same. */
const PHOTOS_SHARE_MIN = 0.5

/** Seeds what is lacking, so that a fresh stack will do. */
export async function seedWhatIsLacking(
  services: Services,
  photosDirectory: string | undefined,
  progress: (line: string) => void,
  { people, photos }: Pick<DataSize, 'people' | 'photos'> = PUBLISHED_SIZE,
): Promise<DataSize> {
  const found = await dataSize(services)
  if (found.people >= people && found.photos >= photos * PHOTOS_SHARE_MIN) return found
  progress(`${found.people} people and ${found.photos} photos are there: seeding ${people} and ${photos}`)
  const words = ['seed', '--people', String(people), '--photos-count', String(photos)]
  const pictures = photosDirectory === undefined ? [] : ['--photos', photosDirectory]
  const { code } = await minigram([...words, ...pictures], progress)
  if (code !== 0) throw new Error(`seeding failed   try: ./minigram ${words.join(' ')}`)
  return dataSize(services)
}
