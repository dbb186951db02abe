import type { TestApp } from './app.ts'

/** Differences between counters and the lists that they count; there must be none. Hidden photos and suspended accounts are left out, as they are of every list. */
export function drift(app: TestApp): Promise<object[]> {
  return app.rows(`
    select 'account ' || username as what from accounts
    where follower_count <> (select count(*) from follows where followee_id = accounts.id)
       or following_count <> (select count(*) from follows where follower_id = accounts.id)
       or photo_count <> (select count(*) from photos where account_id = accounts.id)
    union all select 'photo ' || id from photos
    where like_count <> (select count(*) from likes where photo_id = photos.id)
       or comment_count <> (select count(*) from comments where photo_id = photos.id)`)
}
