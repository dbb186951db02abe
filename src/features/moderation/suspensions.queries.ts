import { sql } from 'kysely'
import type { Reader, Writer } from '../../platform/postgres.ts'
import { shownAvatar } from './moderation.queries.ts'

export type AnyAccountRow = NonNullable<Awaited<ReturnType<typeof findAnyAccount>>>

/** Also a suspended one, with what operators want to know of it. Uses accounts_username_key, sessions_account, photos_account, reports_pkey, photos_hidden. */
export function findAnyAccount(db: Reader, username: string) {
  return db
    .selectFrom('all_accounts as accounts')
    .select([
      'id',
      'username',
      'display_name',
      shownAvatar.as('avatar_key'),
      'bio',
      'role',
      'photo_count',
      'follower_count',
      'following_count',
      'created_at',
      'suspended_at',
      'suspended_reason',
      sql<number>`(select count(*) from sessions where account_id = accounts.id and expires_at > now())`.as(
        'session_count',
      ),
      sql<number>`(select count(*) from all_photos join reports on photo_id = all_photos.id
                   where all_photos.account_id = accounts.id)`.as('report_count'),
      sql<number>`(select count(*) from all_photos join reports on photo_id = all_photos.id
                   where all_photos.account_id = accounts.id and resolved_at is null)`.as('open_report_count'),
      sql<number>`(select count(*) from all_photos
                   where account_id = accounts.id and hidden_at is not null)`.as('hidden_photo_count'),
    ])
    .where('username', '=', username)
    .executeTakeFirst()
}

/** Uses accounts_username_key. */
export function findAnyAccountId(db: Reader, username: string) {
  return db.selectFrom('all_accounts').select('id').where('username', '=', username).executeTakeFirst()
}

/** Newest first, hidden or not, or the hidden ones alone. Uses photos_account or photos_hidden. */
export async function anyPhotoIdsOf(
  db: Reader,
  accountId: string,
  page: { before?: string | null; limit: number; isHiddenOnly?: boolean },
): Promise<string[]> {
  const { before = null, limit, isHiddenOnly = false } = page
  const rows = await db
    .selectFrom('all_photos')
    .select('id')
    .where('account_id', '=', accountId)
    .$if(before !== null, (query) => query.where('id', '<', before))
    .$if(isHiddenOnly, (query) => query.where('hidden_at', 'is not', null))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** Keeps whoever likes, comments on or changes these photos waiting. Uses photos_account. */
export async function lockPhotosOf(trx: Writer, accountId: string): Promise<string[]> {
  const rows = await trx
    .selectFrom('all_photos')
    .select('id')
    .where('account_id', '=', accountId)
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
  return rows.map(({ id }) => id)
}

/** Uses accounts_pkey. */
export function lockAnyAccount(trx: Writer, id: string) {
  return trx
    .selectFrom('all_accounts')
    .select(['id', 'username', 'role', 'suspended_at'])
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
}

/** Uses accounts_pkey. */
export async function suspendAccount(trx: Writer, id: string, reason: string): Promise<void> {
  await trx
    .updateTable('all_accounts')
    .set({ suspended_at: sql<Date>`coalesce(suspended_at, now())`, suspended_reason: reason })
    .where('id', '=', id)
    .execute()
}

/** Uses accounts_pkey. */
export async function restoreAccount(trx: Writer, id: string): Promise<void> {
  await trx
    .updateTable('all_accounts')
    .set({ suspended_at: null, suspended_reason: null })
    .where('id', '=', id)
    .execute()
}

/** Uses photos_account. */
export async function setPhotosWithheld(trx: Writer, accountId: string, isWithheld: boolean): Promise<void> {
  await trx.updateTable('all_photos').set({ is_withheld: isWithheld }).where('account_id', '=', accountId).execute()
}
