-- A like seldom writes an index. `hot` is indexed, and a row whose indexed values stay may be updated in place, where its page
-- has room: so likes move a photo up in steps of three hours of youth, for which it takes 1.8 times as many, and pages keep room for
-- the next version of some rows.
drop view photos;
drop index photos_explore;
alter table all_photos
  drop column hot,
  -- Ten times the likes weigh as much as half a day of youth.
  add column hot double precision generated always as
    (round(log(greatest(like_count, 1)::numeric) * 4)::double precision / 4
     + extract(epoch from created_at at time zone 'UTC')::double precision / 43200) stored,
  set (fillfactor = 85);
create index photos_explore on all_photos (hot desc, id desc) where status = 'ready' and hidden_at is null and not is_withheld;
create view photos as
  select id, account_id, media_key, caption, alt_text, width, height, thumbhash, status, has_avif, like_count, comment_count, hot, created_at
  from all_photos where hidden_at is null and not is_withheld;

-- The same for accounts, whose numbers of followers change and have no index. What waits to get into an index of trigrams is
-- read by every search: names change too seldom to gather.
alter table all_accounts set (fillfactor = 85);
alter index accounts_username_trigram set (fastupdate = off);
alter index accounts_display_name_trigram set (fastupdate = off);
select gin_clean_pending_list('accounts_username_trigram'), gin_clean_pending_list('accounts_display_name_trigram');
