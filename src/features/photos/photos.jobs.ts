import { urlsOfPhoto } from '../../contract/public-pages.ts'
import type { Database } from '../../platform/consistency.ts'
import { UUID_SHAPE } from '../../platform/cursor.ts'
import { AppError } from '../../platform/errors.ts'
import type { Events } from '../../platform/events.ts'
import type { JobHandlers } from '../../platform/jobs.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { Spool } from '../../platform/spool.ts'
import type { Media } from '../media/media.service.ts'
import * as queries from './photos.queries.ts'
import { touchCards, touchPhotos } from './photo-cards.service.ts'
import { eraseMedia, renderAvifLater, settleMedia, type FeedLists, type RenderPayload } from './photos.service.ts'

/** Longer than all attempts of a render job together. */
const SPOOL_MAX_AGE_MS = 24 * 60 * 60_000
/** A picture that was found readable and is refused now gets another look: its process may have been killed. */
const REFUSAL_ATTEMPTS = 3

/** Payloads are read as their writer's type: photos.service.ts and this file write them. */
export function createPhotoJobs(deps: {
  db: Database
  media: Pick<Media, 'render' | 'renderAvif' | 'directoryOf'>
  spool: Pick<Spool, 'pathOf' | 'remove' | 'olderThan' | 'sweep'>
  feeds: Pick<FeedLists, 'settled'>
  events: Events
  metrics: Pick<Metrics, 'orphans'>
}): JobHandlers {
  const { db, media, spool, feeds, events, metrics } = deps

  /** Primary: the job may run before a replica has the row that it was committed with. */
  const find = (photoId: string) => db.readPrimary((db) => queries.findAnyPhoto(db, photoId))

  return {
    /**
     * JPEG and WebP, then `ready`. Twice is harmless: the same files replace each other whole, only the first run
     * ends `processing`, and the spool file goes last.
     */
    async 'photo.render'(payload, { attempt, lastAttempt, log }) {
      const { photoId, accountId, mediaKey, spoolName } = payload as RenderPayload
      const photo = await find(photoId)
      if (photo?.status === 'processing') {
        try {
          await media.render(spool.pathOf(spoolName), media.directoryOf(mediaKey))
          if (await settle(photo, accountId, 'ready')) events.note('photo.rendered', { photoId })
        } catch (error) {
          if (!lastAttempt && !(isRefusal(error) && attempt >= REFUSAL_ATTEMPTS)) throw error
          log.error({ event: 'photo.render_failed', photoId, error: String(error) })
          await settle(photo, accountId, 'failed')
        }
      }
      // Deleted meanwhile: the files may have come into being after the deletion's own job had removed them.
      const now = await find(photoId)
      if (!now) await db.writeUnowned((trx) => eraseMedia(trx, [mediaKey]))
      // Hidden meanwhile: the files may have come into being after the hiding's own job had looked for them.
      else if (now.is_out_of_sight) await db.writeUnowned((trx) => settleMedia(trx, [photoId]))
      await spool.remove(spoolName)
    },

    /** Adds the AVIF files. Twice is harmless: they replace each other whole, and the mark is set again. */
    async 'photo.render_avif'(payload) {
      const { photoId } = payload as Pick<RenderPayload, 'photoId'>
      const photo = await find(photoId)
      // Hidden: it is made when the photo is shown again.
      if (photo?.status !== 'ready' || photo.is_out_of_sight) return
      const renditions = await media.renderAvif(media.directoryOf(photo.media_key))
      if (renditions.length === 0) return
      await db.writeUnowned((trx, after) => {
        touchCards(after, photoId)
        return queries.markAvif(trx, photoId)
      })
    },

    /** Removes uploads of a day ago that no photo waits for. Twice is harmless: what is gone is not there. */
    async 'spool.sweep'() {
      const names = await spool.olderThan(Date.now() - SPOOL_MAX_AGE_MS)
      const ids = names.filter((name) => UUID_SHAPE.test(name))
      // Primary: a replica that is behind would have us remove what a photo waits for.
      const awaited = await db.readPrimary((db) => queries.processingAmong(db, ids))
      for (const name of names) {
        if (awaited.has(name)) continue
        await spool.sweep(name)
        metrics.orphans.inc({ kind: 'upload' })
      }
    },
  }

  /** False when another run was first or the photo is gone. Written as the author's own: they see it at once. */
  function settle(photo: Settled, accountId: string, status: 'ready' | 'failed'): Promise<boolean> {
    const photoId = photo.id
    return db.write(accountId, async (trx, after) => {
      after.rewrite(urlsOfPhoto(photo), 'now')
      const isEnded = await queries.endProcessing(trx, photoId, status)
      touchPhotos(after, accountId, [photoId])
      if (isEnded) await feeds.settled(trx, accountId, photoId, status)
      if (isEnded && status === 'ready') await renderAvifLater(trx, photoId)
      return isEnded
    })
  }
}

type Settled = { id: string; username: string | null }

function isRefusal(error: unknown): boolean {
  return error instanceof AppError && error.status < 500
}
