import { sql } from 'kysely'
import type { OperatorAct } from '../../contract/moderation.ts'
import type { Reader, Writer } from '../../platform/postgres.ts'

/** Of `all_accounts as accounts`: the face of a suspended account is out of sight, so there is none to show to operators either. */
export const shownAvatar = sql<string | null>`case when accounts.suspended_at is null then accounts.avatar_key end`

export type OpsPhotoRow = Awaited<ReturnType<typeof opsPhotoRows>>[number]

/** What operators see of photos, in no particular order. Uses photos_pkey, accounts_pkey, reports_pkey. */
export function opsPhotoRows(db: Reader, ids: readonly string[]) {
  return selectPhotos(db)
    .select((build) => [
      build
        .selectFrom('reports')
        .select((count) => count.fn.countAll<number>().as('count'))
        .whereRef('photo_id', '=', 'photos.id')
        .as('report_count'),
      build
        .selectFrom('reports')
        .select((count) => count.fn.countAll<number>().as('count'))
        .whereRef('photo_id', '=', 'photos.id')
        .where('resolved_at', 'is', null)
        .as('open_report_count'),
    ])
    .where('photos.id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute()
}

/** An account's hidden photos, newest first. Uses photos_hidden. */
export function hiddenPhotosOf(db: Reader, accountId: string, page: { before: string | null; limit: number }) {
  return selectPhotos(db)
    .where('photos.account_id', '=', accountId)
    .where('photos.hidden_at', 'is not', null)
    .$if(page.before !== null, (query) => query.where('photos.id', '<', page.before))
    .orderBy('photos.id', 'desc')
    .limit(page.limit)
    .execute()
}

function selectPhotos(db: Reader) {
  return db
    .selectFrom('all_photos as photos')
    .innerJoin('all_accounts as accounts', 'accounts.id', 'photos.account_id')
    .select([
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
      'photos.hidden_at',
      'photos.hidden_reason',
      'photos.is_withheld',
      'accounts.username',
      'accounts.display_name',
      shownAvatar.as('avatar_key'),
    ])
}

/** Uses photos_pkey. */
export async function hidePhoto(trx: Writer, id: string, reason: string): Promise<void> {
  await trx
    .updateTable('all_photos')
    .set({ hidden_at: sql<Date>`coalesce(hidden_at, now())`, hidden_reason: reason })
    .where('id', '=', id)
    .execute()
}

/** Uses photos_pkey. */
export async function showPhoto(trx: Writer, id: string): Promise<void> {
  await trx.updateTable('all_photos').set({ hidden_at: null, hidden_reason: null }).where('id', '=', id).execute()
}

export async function insertAct(
  trx: Writer,
  act: { id: string; operator_id: string; operator: string; act: string; target: string; reason: string },
): Promise<void> {
  await trx.insertInto('operator_acts').values(act).execute()
}

/** Newest first, all or those on one target. Uses operator_acts_pkey or operator_acts_of_target. */
export function listActs(db: Reader, page: { before: string | null; limit: number; target?: string | undefined }) {
  const { target } = page
  return db
    .selectFrom('operator_acts')
    .select(['id', 'operator', 'act', 'target', 'reason', 'created_at'])
    .$narrowType<{ act: OperatorAct['act'] }>()
    .$if(page.before !== null, (query) => query.where('id', '<', page.before))
    .$if(target !== undefined, (query) => query.where('target', '=', target ?? ''))
    .orderBy('id', 'desc')
    .limit(page.limit)
    .execute()
}
