import type { Services } from '../../src/processes/services.ts'
import { dataSize, type DataSize } from './facts.ts'
import { minigram } from './stack.ts'

/** The network that the published figures are about: as large as DeathStarBench's small graph. */
const PEOPLE = 962
const PHOTOS = 3_000
/** With fewer every page would show the same. */
const PHOTOS_MIN = 1_500

/** Seeds what is lacking, so that a fresh stack will do. */
export async function seedWhatIsLacking(
  services: Services,
  photosDirectory: string | undefined,
  progress: (line: string) => void,
): Promise<DataSize> {
  const found = await dataSize(services)
  if (found.people >= PEOPLE && found.photos >= PHOTOS_MIN) return found
  progress(`${found.people} people and ${found.photos} photos are there: seeding ${PEOPLE} and ${PHOTOS}`)
  const words = ['seed', '--people', String(PEOPLE), '--photos-count', String(PHOTOS)]
  const pictures = photosDirectory === undefined ? [] : ['--photos', photosDirectory]
  const { code } = await minigram([...words, ...pictures], progress)
  if (code !== 0) throw new Error(`seeding failed   try: ./minigram ${words.join(' ')}`)
  return dataSize(services)
}
