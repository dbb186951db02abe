-- What operators page through: photos whose reports are settled, and what was done to one photo or account.
create index reports_settled on reports (resolved_at desc, photo_id desc) where resolved_at is not null;
create index operator_acts_of_target on operator_acts (target, id desc);
