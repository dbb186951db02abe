-- The orphan sweep asks whose a directory of media is.
create index photos_media_key on all_photos (media_key);
create index accounts_avatar_key on all_accounts (avatar_key) where avatar_key is not null;
