import type { Database } from '../../platform/consistency.ts'
import { enqueue, type JobHandlers } from '../../platform/jobs.ts'
import type { Media } from '../media/media.service.ts'
import * as queries from './photos.queries.ts'
import { eraseMedia, renderAvifLater, type SettlePayload } from './photos.service.ts'

export function createPhotoMediaJobs(deps: { db: Database; media: Pick<Media, 'setWithheld'> }): JobHandlers {
  const { db, media } = deps

  /** Primary: a replica may not know yet that the photo was hidden or shown. */
  const find = (photoId: string) => db.readPrimary((db) => queries.findAnyPhoto(db, photoId))

  /** Looked at again after each move: whoever moved last has seen the last decision. */
  async function settle(photoId: string) {
    let settled: { key: string; isWithheld: boolean } | undefined
    let photo = await find(photoId)
    while (photo && photo.is_out_of_sight !== settled?.isWithheld) {
      const { media_key: key } = photo
      // What another photo shows, as those of `seed --large` do, stays where it is.
      if (await db.readPrimary((db) => queries.isMediaShared(db, photoId, key))) return photo
      settled = { key, isWithheld: photo.is_out_of_sight }
      await media.setWithheld(settled.key, settled.isWithheld)
      photo = await find(photoId)
    }
    // Deleted meanwhile: its files may have been on their way from one place to the other when both were emptied.
    if (!photo && settled) await db.writeUnowned((trx) => eraseMedia(trx, [settled.key]))
    return photo
  }

  return {
    /**
     * Puts the files of these photos where their rows say: in the web server's sight or out of it, and then out of every PoP.
     * Twice is harmless: it asks the row and not the payload, and what lies in its place stays there.
     */
    async 'photo.settle_media'(payload) {
      const { photoIds, requestedAtMs } = payload as SettlePayload
      const withheldKeys: string[] = []
      for (const photoId of photoIds) {
        const photo = await settle(photoId)
        if (photo?.is_out_of_sight) withheldKeys.push(photo.media_key)
        else if (photo?.status === 'ready' && !photo.has_avif)
          await db.writeUnowned((trx) => renderAvifLater(trx, photoId))
      }
      if (withheldKeys.length === 0) return
      await db.writeUnowned((trx) => enqueue(trx, 'media.forget', { keys: withheldKeys, requestedAtMs }))
    },
  }
}
