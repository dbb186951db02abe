import { sql } from 'kysely'
import type { Reader, Writer } from '../../platform/postgres.ts'

// What a suspended account did to others, out of the lists and counters and back. Each step takes the locks that everybody takes,
// photos before accounts, each by ascending id, and holds the suspension as it is until its transaction ends.

/** Undefined when the account is gone. Uses accounts_pkey. */
export async function isSuspended(db: Reader, accountId: string): Promise<boolean | undefined> {
  const row = await db
    .selectFrom('all_accounts')
    .select(sql<boolean>`suspended_at is not null`.as('is_suspended'))
    .where('id', '=', accountId)
    .executeTakeFirst()
  return row?.is_suspended
}

/** Whether it still is as the caller found it; nobody changes that before the transaction ends. Uses accounts_pkey. */
export async function holdSuspension(trx: Writer, accountId: string, wanted: boolean): Promise<boolean> {
  const row = await trx
    .selectFrom('all_accounts')
    .select(sql<boolean>`suspended_at is not null`.as('is_suspended'))
    .where('id', '=', accountId)
    .forShare()
    .executeTakeFirst()
  return row?.is_suspended === wanted
}

type Side = 'shown' | 'withheld'
const likesAt = (side: Side) => sql.table(side === 'shown' ? 'likes' : 'withheld_likes')
const commentsAt = (side: Side) => sql.table(side === 'shown' ? 'comments' : 'withheld_comments')
const followsAt = (side: Side) => sql.table(side === 'shown' ? 'follows' : 'withheld_follows')
const change = (to: Side) => (to === 'shown' ? 1 : -1)
/** What was liked or followed again before its old row is back is there already, and counted. */
const countedAt = (to: Side) => sql.table(to === 'shown' ? 'come' : 'gone')
const other = (side: Side): Side => (side === 'shown' ? 'withheld' : 'shown')

/** Photos with likes or comments of the account on that side, locked, hidden ones too. Uses likes_of_account, withheld_likes_pkey, comments_of_account, withheld_comments_of_account. */
export async function lockReactedPhotos(trx: Writer, accountId: string, from: Side, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from all_photos where id in (
      select photo_id from ${likesAt(from)} where account_id = ${accountId}
      union select photo_id from ${commentsAt(from)} where account_id = ${accountId} limit ${limit})
    order by id for no key update`.execute(trx)
  return rows.map(({ id }) => id)
}

/** The photos are locked. Uses likes_pkey, withheld_likes_pkey, photos_pkey. */
export async function moveLikes(trx: Writer, accountId: string, photoIds: readonly string[], to: Side): Promise<void> {
  await sql`with gone as (
      delete from ${likesAt(other(to))} where account_id = ${accountId} and photo_id = any(${photoIds}::uuid[])
      returning photo_id, account_id, created_at),
    come as (insert into ${likesAt(to)} (photo_id, account_id, created_at) select * from gone on conflict do nothing
             returning photo_id),
    counted as (select photo_id from ${countedAt(to)})
    update all_photos as photos set like_count = like_count + ${change(to)} from counted where photos.id = counted.photo_id`.execute(
    trx,
  )
}

/** The photos are locked. Uses comments_of_account, withheld_comments_of_account, photos_pkey. */
export async function moveComments(
  trx: Writer,
  accountId: string,
  photoIds: readonly string[],
  to: Side,
): Promise<void> {
  await sql`with gone as (
      delete from ${commentsAt(other(to))} where account_id = ${accountId} and photo_id = any(${photoIds}::uuid[])
      returning id, photo_id, account_id, text, created_at),
    come as (insert into ${commentsAt(to)} (id, photo_id, account_id, text, created_at) select * from gone),
    counted as (select photo_id, count(*)::int as comments from gone group by photo_id)
    update all_photos as photos set comment_count = comment_count + ${change(to)} * counted.comments
    from counted where photos.id = counted.photo_id`.execute(trx)
}

/**
 * Locks the account and those at the other ends of its follows on that side; back only to who is not suspended as well.
 * Who is at the other ends. Uses follows_pkey, follows_followers, withheld_follows_pkey, withheld_follows_followee, accounts_pkey.
 */
export async function lockFollowEnds(trx: Writer, accountId: string, from: Side, limit: number) {
  const { rows } = await sql<{ id: string; username: string; is_suspended: boolean }>`
    select id, username, suspended_at is not null as is_suspended from all_accounts where id = ${accountId} or id in (
      select end_id from (
        select followee_id as end_id from ${followsAt(from)} where follower_id = ${accountId}
        union select follower_id from ${followsAt(from)} where followee_id = ${accountId}) as ends
      where ${from === 'shown'} or exists (select from accounts where id = end_id)
      limit ${limit})
    order by id for no key update`.execute(trx)
  return rows.filter((row) => row.id !== accountId && (from === 'shown' || !row.is_suspended))
}

/** Both ends of each are locked. Uses follows_pkey, withheld_follows_pkey, accounts_pkey. */
export async function moveFollows(
  trx: Writer,
  accountId: string,
  otherIds: readonly string[],
  to: Side,
): Promise<void> {
  await sql`with gone as (
      delete from ${followsAt(other(to))}
      where (follower_id = ${accountId} and followee_id = any(${otherIds}::uuid[]))
         or (followee_id = ${accountId} and follower_id = any(${otherIds}::uuid[]))
      returning follower_id, followee_id, created_at),
    come as (insert into ${followsAt(to)} (follower_id, followee_id, created_at) select * from gone on conflict do nothing
             returning follower_id, followee_id),
    counted as (select id, sum(followers)::int as followers, sum(following)::int as following
                from (select followee_id as id, 1 as followers, 0 as following from ${countedAt(to)}
                      union all select follower_id, 0, 1 from ${countedAt(to)}) as ends
                group by id)
    update all_accounts as accounts set follower_count = follower_count + ${change(to)} * counted.followers,
                                        following_count = following_count + ${change(to)} * counted.following
    from counted where accounts.id = counted.id`.execute(trx)
}
