import type { FastifyReply, FastifyRequest } from 'fastify'
import { ALT_TEXT_MAX_CHARS, CAPTION_MAX_CHARS } from '../../contract/limits.ts'
import { urlsOfAccount, urlsOfPhoto } from '../../contract/public-pages.ts'
import type { EditPhoto, PhotoCard } from '../../contract/photos.ts'
import type { AfterCommit, Database } from '../../platform/consistency.ts'
import { AppError } from '../../platform/errors.ts'
import type { Events } from '../../platform/events.ts'
import { answerOnce } from '../../platform/idempotency.ts'
import { newId, newMediaKey } from '../../platform/ids.ts'
import { enqueue } from '../../platform/jobs.ts'
import type { Reader, Writer } from '../../platform/postgres.ts'
import type { Spool } from '../../platform/spool.ts'
import { accountOf, type ViewerAccount } from '../../platform/viewer.ts'
import { profiles } from '../accounts/accounts.service.ts'
import type { Media } from '../media/media.service.ts'
import { loadCards, touchCards, touchPhotos } from './photo-cards.service.ts'
import * as queries from './photos.queries.ts'

/** For the record of what operators did; part of the act's own transaction. */
export type NoteOperatorAct = (
  trx: Writer,
  operator: ViewerAccount,
  act: { act: 'photo.delete' | 'comment.delete'; target: string },
) => Promise<void>

export type Photos = ReturnType<typeof createPhotos>

/** Of the job `photo.render`: all that it needs also when the row is gone. */
export interface RenderPayload {
  photoId: string
  accountId: string
  mediaKey: string
  spoolName: string
}

/** Of the job `photo.settle_media`. */
export interface SettlePayload {
  photoIds: readonly string[]
  requestedAtMs: number
}

const LOW_PRIORITY = 10
const PHOTOS_PER_JOB = 200

/** @throws AppError photo.not_found, photo.gone, photo.hidden */
export async function requirePhoto(db: Reader, id: string) {
  return (await queries.findPhoto(db, id)) ?? refuseMissing(db, id)
}

/** The same for a photo that may be hidden. @throws AppError photo.not_found, photo.gone */
export async function requireAnyPhoto(db: Reader, id: string) {
  return (await queries.findAnyPhoto(db, id)) ?? refuseMissing(db, id)
}

/** The photo, locked: whoever changes its row, likes or comments takes this lock first. @throws AppError photo.not_found, photo.gone, photo.hidden */
export async function holdPhoto(trx: Writer, id: string) {
  return (await queries.lockPhoto(trx, id)) ?? refuseMissing(trx, id)
}

/** Also where it is hidden. @throws AppError photo.not_found, photo.gone */
export async function holdAnyPhoto(trx: Writer, id: string) {
  return (await queries.lockAnyPhoto(trx, id)) ?? refuseMissing(trx, id)
}

/** @throws AppError photo.not_found, photo.gone, photo.hidden */
export async function refuseMissing(db: Reader, id: string): Promise<never> {
  const why = await queries.whyMissing(db, id)
  if (why === 'hidden') throw new AppError('photo.hidden', 'It may come back.')
  throw new AppError(`photo.${why}`)
}

/** At low priority, and not while the machine is busy: nobody waits for it. */
export function renderAvifLater(trx: Writer, photoId: string): Promise<void> {
  return enqueue(trx, 'photo.render_avif', { photoId }, { priority: LOW_PRIORITY, maxAttempts: 5, waitsForCalm: true })
}

/** After hiding and showing, in the same transaction: a job puts the files where the rows say. */
export async function settleMedia(trx: Writer, photoIds: readonly string[]): Promise<void> {
  for (let at = 0; at < photoIds.length; at += PHOTOS_PER_JOB) {
    const some = photoIds.slice(at, at + PHOTOS_PER_JOB)
    await enqueue(trx, 'photo.settle_media', { photoIds: some, requestedAtMs: Date.now() } satisfies SettlePayload)
  }
}

/** For an account that is about to be deleted, and with it its photos: marks them as gone and has their files removed. */
export async function forgetPhotosOf(trx: Writer, accountId: string): Promise<void> {
  const photos = await queries.mediaOfAccount(trx, accountId)
  if (photos.length === 0) return
  const ids = photos.map(({ id }) => id)
  await queries.insertGone(trx, ids)
  await eraseMedia(
    trx,
    photos.map((photo) => photo.media_key),
  )
}

/** Hidden photos are no part of it. */
export const addToPhotoCount = queries.addToPhotoCount

/** Also of an avatar, or of what was left behind: erasing what is not there is done at once. */
export function eraseMedia(trx: Writer, keys: readonly string[]): Promise<void> {
  return enqueue(trx, 'media.erase', { keys, requestedAtMs: Date.now() })
}

/** Feeds stand on photos, so photos are given what they must tell them. */
export interface FeedLists {
  /** Into the author's own list, before the answer. */
  published(after: AfterCommit, accountId: string, photoId: string): void
  /** Into the lists of followers, by a job of the same transaction. */
  settled(trx: Writer, accountId: string, photoId: string, status: 'ready' | 'failed'): Promise<void>
  /** Out of all lists, by a job of the same transaction. */
  removed(trx: Writer, accountId: string, photoIds: readonly string[]): Promise<void>
}

export function createPhotos(deps: {
  db: Database
  media: Pick<Media, 'inspect'>
  spool: Pick<Spool, 'receive'>
  feeds: FeedLists
  events: Events
  /** Moderation stands on photos, so photos are given where to write down what an operator did. */
  noteOperatorAct: NoteOperatorAct
}) {
  const { db, media, spool, feeds, events, noteOperatorAct } = deps

  /** From the request's body to a card that says `processing`. @throws AppError media.*, request.*, idempotency.* */
  async function publish(request: FastifyRequest, reply: FastifyReply): Promise<PhotoCard> {
    const account = accountOf(request)
    const id = newId()
    await using upload = await spool.receive(request, id, ['caption', 'altText'])
    const caption = cleanText('caption', upload.fields.get('caption'), CAPTION_MAX_CHARS)
    const altText = cleanText('altText', upload.fields.get('altText'), ALT_TEXT_MAX_CHARS)
    const { width, height, thumbhash } = await media.inspect(upload.path).catch((error: unknown) => {
      if (error instanceof AppError) events.note('photo.refused', { code: error.code, accountId: account.id })
      throw error
    })
    await upload.persist()
    const photo = { id, account_id: account.id, media_key: newMediaKey(), caption, alt_text: altText }
    try {
      const card = await answerOnce(
        db,
        request,
        reply,
        { sha256: upload.sha256, caption, altText },
        async (trx, after) => {
          touchPhotos(after, account.id, [id])
          after.touch(profiles, account.id)
          after.rewrite(urlsOfAccount(account), 'soon')
          feeds.published(after, account.id, id)
          await queries.insertPhoto(trx, { ...photo, width, height, thumbhash, status: 'processing' })
          if (!(await queries.countPublished(trx, account.id))) throw new AppError('account.suspended')
          await enqueue(trx, 'photo.render', {
            photoId: id,
            accountId: account.id,
            mediaKey: photo.media_key,
            spoolName: upload.name,
          } satisfies RenderPayload)
          return requireCard(trx, id)
        },
      )
      if (card.id === id) events.note('photo.published', { photoId: id, accountId: account.id })
      else await upload.discard()
      return card
    } catch (error) {
      // After a lost connection nobody knows whether it was committed: then the file stays, and the sweep decides.
      if (error instanceof AppError && error.status < 500) await upload.discard()
      throw error
    }
  }

  /** @throws AppError photo.not_yours, photo.not_found, photo.gone */
  function edit(account: ViewerAccount, id: string, change: EditPhoto): Promise<PhotoCard> {
    return db.write(account.id, async (trx, after) => {
      touchCards(after, id)
      const photo = await holdPhoto(trx, id)
      if (photo.account_id !== account.id) throw new AppError('photo.not_yours')
      after.rewrite(urlsOfPhoto(photo), 'surely')
      await queries.updateTexts(trx, id, {
        ...(change.caption === undefined ? {} : { caption: change.caption.trim() }),
        ...(change.altText === undefined ? {} : { alt_text: change.altText.trim() }),
      })
      return requireCard(trx, id)
    })
  }

  /** By its owner or an operator, also when it is hidden. @throws AppError photo.not_yours, photo.not_found, photo.gone */
  async function remove(account: ViewerAccount, id: string): Promise<void> {
    await db.write(account.id, async (trx, after) => {
      const photo = await holdAnyPhoto(trx, id)
      const isOwn = photo.account_id === account.id
      if (!isOwn && account.role !== 'operator')
        throw new AppError(photo.is_out_of_sight ? 'photo.hidden' : 'photo.not_yours')
      await queries.deletePhoto(trx, id)
      touchPhotos(after, photo.account_id, [id])
      after.touch(profiles, photo.account_id)
      after.rewrite(urlsOfPhoto(photo), 'surely')
      await feeds.removed(trx, photo.account_id, [id])
      await queries.insertGone(trx, [id])
      if (photo.hidden_at === null) await queries.addToPhotoCount(trx, photo.account_id, -1)
      if (!isOwn) await noteOperatorAct(trx, account, { act: 'photo.delete', target: id })
      await eraseMedia(trx, [photo.media_key])
    })
    events.note('photo.deleted', { photoId: id, accountId: account.id })
  }

  return { publish, edit, remove }
}

async function requireCard(trx: Writer, id: string): Promise<PhotoCard> {
  const [card] = await loadCards(trx, [id])
  if (!card) throw new AppError('photo.not_found')
  return card
}

/** The text parts of a form see no schema. @throws AppError request.invalid */
function cleanText(name: string, text = '', maxChars: number): string {
  const clean = text.trim()
  if (clean.includes('\0')) throw new AppError('request.invalid', `\`${name}\` holds characters that cannot be stored.`)
  if (Array.from(clean).length > maxChars)
    throw new AppError('request.invalid', `\`${name}\` may have at most ${maxChars} characters.`)
  return clean
}
