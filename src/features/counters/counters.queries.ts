import { sql } from 'kysely'
import type { Reader, Writer } from '../../platform/postgres.ts'

/** Of one row, how far each counter is from the list that it counts. */
export interface Drift {
  id: string
  likes: number
  comments: number
  followers: number
  following: number
  photos: number
}

/** The next `limit` photos by id, all of them; within one statement a counter and its list are of the same moment. Uses photos_pkey, likes_pkey, comments_of_photo. */
export async function photoDrifts(db: Reader, after: string, limit: number): Promise<Drift[]> {
  const { rows } = await sql<Drift>`
    select photo.id, photo.like_count - likes.count as likes, photo.comment_count - comments.count as comments,
      0 as followers, 0 as following, 0 as photos
    from (select id, like_count, comment_count from photos where id > ${after}::uuid order by id limit ${limit}) as photo
    cross join lateral (select count(*)::int from likes where photo_id = photo.id) as likes
    cross join lateral (select count(*)::int from comments where photo_id = photo.id) as comments
    order by photo.id`.execute(db)
  return rows
}

/** The same of accounts. Uses accounts_pkey, follows_followers, follows_pkey, photos_account. */
export async function accountDrifts(db: Reader, after: string, limit: number): Promise<Drift[]> {
  const { rows } = await sql<Drift>`
    select account.id, 0 as likes, 0 as comments, account.follower_count - followers.count as followers,
      account.following_count - following.count as following, account.photo_count - photos.count as photos
    from (select id, follower_count, following_count, photo_count from accounts where id > ${after}::uuid
          order by id limit ${limit}) as account
    cross join lateral (select count(*)::int from follows where followee_id = account.id) as followers
    cross join lateral (select count(*)::int from follows where follower_id = account.id) as following
    cross join lateral (select count(*)::int from photos where account_id = account.id) as photos
    order by account.id`.execute(db)
  return rows
}

/** Under the locks that whoever changes these lists takes first. Uses photos_pkey, likes_pkey, comments_of_photo. */
export async function recountPhotos(trx: Writer, ids: readonly string[]): Promise<void> {
  await sql`select id from photos where id = any(${ids}::uuid[]) order by id for no key update`.execute(trx)
  await sql`update photos set
      like_count = (select count(*) from likes where photo_id = photos.id),
      comment_count = (select count(*) from comments where photo_id = photos.id)
    where id = any(${ids}::uuid[])`.execute(trx)
}

/** Uses accounts_pkey, follows_followers, follows_pkey, photos_account. */
export async function recountAccounts(trx: Writer, ids: readonly string[]): Promise<void> {
  await sql`select id from accounts where id = any(${ids}::uuid[]) order by id for no key update`.execute(trx)
  await sql`update accounts set
      follower_count = (select count(*) from follows where followee_id = accounts.id),
      following_count = (select count(*) from follows where follower_id = accounts.id),
      photo_count = (select count(*) from photos where account_id = accounts.id)
    where id = any(${ids}::uuid[])`.execute(trx)
}
