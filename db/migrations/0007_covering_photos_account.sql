-- Lists of ids come from the index alone: what is hidden or not ready is passed over without a look at the table.
create index photos_account_covering on all_photos (account_id, id desc) include (status, hidden_at, is_withheld);
drop index photos_account;
alter index photos_account_covering rename to photos_account;
