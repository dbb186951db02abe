import { sql } from 'kysely'
import type { PhotosTable } from '../../../db/tables.ts'
import type { Reader, Writer } from '../../platform/postgres.ts'
import { CARD_COLUMNS } from '../accounts/accounts.service.ts'

const PHOTO_COLUMNS = [
  'photos.id',
  'photos.account_id',
  'photos.media_key',
  'photos.caption',
  'photos.alt_text',
  'photos.width',
  'photos.height',
  'photos.thumbhash',
  'photos.status',
  'photos.has_avif',
  'photos.like_count',
  'photos.comment_count',
  'photos.created_at',
] as const

export type PhotoRow = Awaited<ReturnType<typeof photoRows>>[number]
export type CardRow = Awaited<ReturnType<typeof cardRows>>[number]

/** In no particular order. Uses photos_pkey. */
export function photoRows(db: Reader, ids: readonly string[]) {
  return db
    .selectFrom('photos')
    .select(PHOTO_COLUMNS)
    .where('photos.id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute()
}

/** With their authors, in no particular order. Uses photos_pkey, accounts_pkey. */
export function cardRows(db: Reader, ids: readonly string[]) {
  return db
    .selectFrom('photos')
    .innerJoin('accounts', 'accounts.id', 'photos.account_id')
    .select([...PHOTO_COLUMNS, ...CARD_COLUMNS])
    .where('photos.id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute()
}

/** Of each account the ids of at most `limit` ready photos, newest first, with commas between. Uses photos_account. */
export async function recentIds(db: Reader, accountIds: readonly string[], limit: number) {
  const { rows } = await sql<{ account_id: string; ids: string }>`
    select account.id as account_id,
      array_to_string(array(select photos.id from photos where photos.account_id = account.id and photos.status = 'ready'
                            order by photos.id desc limit ${limit}), ',') as ids
    from unnest(${accountIds}::uuid[]) as account (id)`.execute(db)
  return rows
}

/** Uses photos_pkey. */
export function findPhoto(db: Reader, id: string) {
  return selectPhoto(db, id).executeTakeFirst()
}

/** Keeps everyone else who changes this photo, its likes or its comments waiting. Uses photos_pkey. */
export function lockPhoto(trx: Writer, id: string) {
  return selectPhoto(trx, id).forNoKeyUpdate().executeTakeFirst()
}

function selectPhoto(db: Reader, id: string) {
  return db
    .selectFrom('photos')
    .select(['id', 'account_id', 'media_key', 'status', 'like_count', 'comment_count'])
    .select((build) =>
      build.selectFrom('accounts').select('username').whereRef('accounts.id', '=', 'account_id').as('username'),
    )
    .where('id', '=', id)
}

/** Hidden ones, too: for what goes on behind the scenes. Uses photos_pkey. */
export function findAnyPhoto(db: Reader, id: string) {
  return selectAnyPhoto(db, id).executeTakeFirst()
}

/** Uses photos_pkey. */
export function lockAnyPhoto(trx: Writer, id: string) {
  return selectAnyPhoto(trx, id).forNoKeyUpdate().executeTakeFirst()
}

function selectAnyPhoto(db: Reader, id: string) {
  return db
    .selectFrom('all_photos')
    .select([
      'id',
      'account_id',
      'media_key',
      'status',
      'has_avif',
      'hidden_at',
      sql<boolean>`hidden_at is not null or is_withheld`.as('is_out_of_sight'),
    ])
    .select((build) =>
      build.selectFrom('accounts').select('username').whereRef('accounts.id', '=', 'account_id').as('username'),
    )
    .where('id', '=', id)
}

/** Whether another photo has the same files. Uses photos_media_key. */
export async function isMediaShared(db: Reader, id: string, mediaKey: string): Promise<boolean> {
  const other = await db
    .selectFrom('all_photos')
    .select('id')
    .where('media_key', '=', mediaKey)
    .where('id', '<>', id)
    .limit(1)
    .executeTakeFirst()
  return other !== undefined
}

/** Why nobody sees a photo. Uses gone_photos_pkey, photos_pkey. */
export async function whyMissing(db: Reader, id: string): Promise<'gone' | 'hidden' | 'not_found'> {
  const { rows } = await sql<{ is_gone: boolean; is_there: boolean }>`
    select exists (select from gone_photos where id = ${id}) as is_gone,
           exists (select from all_photos where id = ${id}) as is_there`.execute(db)
  if (rows[0]?.is_gone) return 'gone'
  return rows[0]?.is_there ? 'hidden' : 'not_found'
}

/** Newest first; those that are not ready only where `includeUnready`. Uses photos_account. */
export async function photoIdsOf(
  db: Reader,
  accountId: string,
  page: { before: string | null; limit: number; includeUnready: boolean },
): Promise<string[]> {
  const rows = await db
    .selectFrom('photos')
    .select('id')
    .where('account_id', '=', accountId)
    .$if(page.before !== null, (query) => query.where('id', '<', page.before))
    .$if(!page.includeUnready, (query) => query.where('status', '=', 'ready'))
    .orderBy('id', 'desc')
    .limit(page.limit)
    .execute()
  return rows.map(({ id }) => id)
}

export type NewPhoto = Pick<
  PhotosTable,
  'id' | 'account_id' | 'media_key' | 'width' | 'height' | 'thumbhash' | 'status'
> & { caption: string; alt_text: string }

export async function insertPhoto(trx: Writer, photo: NewPhoto): Promise<void> {
  await trx.insertInto('photos').values(photo).execute()
}

/** False when the account was suspended meanwhile: then nothing may be published. Uses accounts_pkey. */
export async function countPublished(trx: Writer, accountId: string): Promise<boolean> {
  const row = await trx
    .updateTable('accounts')
    .set((column) => ({ photo_count: column('photo_count', '+', 1) }))
    .where('id', '=', accountId)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** `photo_count` counts what is not hidden. Uses accounts_pkey. */
export async function addToPhotoCount(trx: Writer, accountId: string, change: 1 | -1): Promise<void> {
  await trx
    .updateTable('all_accounts')
    .set((column) => ({ photo_count: column('photo_count', '+', change) }))
    .where('id', '=', accountId)
    .execute()
}

/** Uses photos_pkey. */
export async function updateTexts(
  trx: Writer,
  id: string,
  texts: { caption?: string; alt_text?: string },
): Promise<void> {
  await trx.updateTable('photos').set(texts).where('id', '=', id).execute()
}

/** Its likes and comments go with it. Uses photos_pkey, likes_of_photo, comments_of_photo. */
export async function deletePhoto(trx: Writer, id: string): Promise<void> {
  await trx.deleteFrom('all_photos').where('id', '=', id).execute()
}

export async function insertGone(trx: Writer, ids: readonly string[]): Promise<void> {
  await sql`insert into gone_photos (id) select unnest(${ids}::uuid[]) on conflict do nothing`.execute(trx)
}

/** All of an account's photos, hidden ones too, with the keys of their files. Uses photos_account. */
export function mediaOfAccount(db: Reader, accountId: string) {
  return db.selectFrom('all_photos').select(['id', 'media_key']).where('account_id', '=', accountId).execute()
}

/** Ends `processing`, also of what was hidden meanwhile; false when the photo is gone or was ended before. Uses photos_pkey. */
export async function endProcessing(trx: Writer, id: string, status: 'ready' | 'failed'): Promise<boolean> {
  const row = await trx
    .updateTable('all_photos')
    .set({ status })
    .where('id', '=', id)
    .where('status', '=', 'processing')
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** Uses photos_pkey. */
export async function markAvif(trx: Writer, id: string): Promise<void> {
  await trx.updateTable('all_photos').set({ has_avif: true }).where('id', '=', id).execute()
}

/** Which of these are photos, hidden ones too, that still wait for their renditions. Uses photos_pkey. */
export async function processingAmong(db: Reader, ids: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('all_photos')
    .select('id')
    .where('id', '=', sql<string>`any(${ids}::uuid[])`)
    .where('status', '=', 'processing')
    .execute()
  return new Set(rows.map(({ id }) => id))
}
