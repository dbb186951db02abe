import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describePicture } from './alt-text.ts'
import { batchesOf, openBatches, tally } from './batches.ts'
import { idAt } from './identity.ts'
import { linkDirectory } from './media-links.ts'
import { subjectOf, writeCaption, type PlannedPhoto } from './photos.ts'
import type { Count, Picture } from './pictures.ts'
import { createRandom } from './random.ts'
import { goneAmong, insertPhotos, photosAmong } from './seed.queries.ts'
import type { SeedRun } from './seed.ts'
import type { Cast } from './write-people.ts'

/** A photo of the plan as it is in the database. */
export interface SeededPhoto {
  /** Its place in the plan. */
  index: number
  id: string
  createdAtMs: number
  /** Index of a person. */
  author: number
  subject: ReturnType<typeof subjectOf>
}

/** Links the files, then inserts the rows, so that no row is ever without its files. Deleted photos stay deleted. */
export async function writePhotos(
  run: SeedRun,
  { people, epochMs }: Cast,
  plan: readonly PlannedPhoto[],
  pictures: readonly Picture[],
  count: Count,
): Promise<{ photos: SeededPhoto[]; added: number }> {
  const ids = plan.map(({ ageMs, idTail }) => idAt(epochMs - ageMs, idTail))
  const { found, gone } = await findPhotos(run, ids)
  const indexOf = new Map(people.map(({ id }, index) => [id, index]))
  const photos: SeededPhoto[] = []
  const batches = openBatches({ ...run, insert: insertPhotos, written: tally(count, plan.length - found.size) })
  for (const [index, planned] of plan.entries()) {
    const id = ids[index] ?? ''
    const picture = pictures[planned.picture]
    const row = found.get(id)
    const accountId = row?.account_id ?? people[planned.author]?.id
    const author = indexOf.get(accountId ?? '')
    if (gone.has(id) || !picture || accountId === undefined || author === undefined) continue
    const subject = subjectOf(picture.name)
    const createdAtMs = epochMs - planned.ageMs
    photos.push({ index, id, createdAtMs, author, subject })
    const directory = join(run.mediaDirectory, row?.media_key ?? planned.mediaKey)
    if (!row || !existsSync(directory)) linkDirectory(picture.directory, directory, run.owner)
    if (row) continue
    const random = createRandom(run.seed, 'caption', index)
    await batches.add({
      id,
      account_id: accountId,
      media_key: planned.mediaKey,
      caption: writeCaption(random, subject),
      alt_text: describePicture(subject, picture),
      width: picture.width,
      height: picture.height,
      thumbhash: picture.thumbhash,
      has_avif: picture.hasAvif,
      created_at: new Date(createdAtMs).toISOString(),
    })
  }
  return { photos, added: await batches.finish() }
}

async function findPhotos(run: SeedRun, ids: readonly string[]) {
  const found = new Map<string, { account_id: string; media_key: string }>()
  const gone = new Set<string>()
  // Primary: what an earlier run has just written must be seen.
  await run.postgres.read('primary', async (db) => {
    for (const batch of batchesOf(ids)) {
      for (const row of await photosAmong(db, batch)) found.set(row.id, row)
      for (const id of await goneAmong(db, batch)) gone.add(id)
    }
  })
  return { found, gone }
}
