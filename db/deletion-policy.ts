/**
 * What happens to everything that we store when the account or the photo that it is about goes. Whoever adds a table, a
 * column, a foreign key, a family of keys in Redis or a folder says it here; test/safety/deletion-policy.test.ts compares
 * this page with the live catalogue, with Redis and with the disk.
 */

export interface TableRule {
  /** In a sentence. */
  ends: string
  /** All of them: a new column may hold what must go. */
  columns: string
  /** Foreign keys: `column → table, what the database does when that row goes`. */
  references?: Readonly<Record<string, `${string}: ${'cascade' | 'set null'}`>>
  /** A column that names files: they go by a job of the transaction that deletes the row. */
  files?: Readonly<Record<string, FileFamily>>
  /** May still name an account or a photo that is gone, and why that is right. */
  outlives?: string
}

export type FileFamily = 'media'

const withAccount = 'all_accounts: cascade'
const withPhoto = 'all_photos: cascade'

export const TABLES: Readonly<Record<string, TableRule>> = {
  all_accounts: {
    ends: 'When its owner or an operator deletes it, with all that stands below; sessions end within the second.',
    columns:
      'id username display_name bio password_hash role avatar_key photo_count follower_count following_count created_at suspended_at suspended_reason',
    files: { avatar_key: 'media' },
  },
  sessions: {
    ends: 'With its account, when it is revoked, or thirty days after it was last used.',
    columns: 'id account_id token_hash user_agent created_at last_seen_at expires_at',
    references: { account_id: withAccount },
  },
  account_resets: {
    ends: 'With its account, when it is used, or after an hour.',
    columns: 'token_hash account_id expires_at',
    references: { account_id: withAccount },
  },
  follows: {
    ends: 'With either account; the counters of the other are corrected in the same transaction.',
    columns: 'follower_id followee_id created_at',
    references: { follower_id: withAccount, followee_id: withAccount },
  },
  all_photos: {
    ends: 'When its owner or an operator deletes it, or with its account.',
    columns:
      'id account_id media_key caption alt_text width height thumbhash status has_avif like_count comment_count hot created_at hidden_at hidden_reason is_withheld',
    references: { account_id: withAccount },
    files: { media_key: 'media' },
  },
  gone_photos: {
    ends: 'Never: a random number and a time, by which an old link is told from a wrong one.',
    columns: 'id gone_at',
    outlives: 'Holds the ids of photos that were deleted, and nothing else about them.',
  },
  likes: {
    ends: 'With its photo or its account; the photo’s counter is corrected in the same transaction.',
    columns: 'photo_id account_id created_at',
    references: { photo_id: withPhoto, account_id: withAccount },
  },
  comments: {
    ends: 'With its photo or its account, or when it is deleted; the photo’s counter is corrected in the same transaction.',
    columns: 'id photo_id account_id text created_at',
    references: { photo_id: withPhoto, account_id: withAccount },
  },
  idempotency_keys: {
    ends: 'With its account, or after a day.',
    columns: 'account_id route key body_digest status body created_at',
    references: { account_id: withAccount },
    outlives:
      'The answer to one’s own request may show a photo or comment that one deleted within the day, to oneself.',
  },
  withheld_likes: {
    ends: 'With its photo or its account; in no counter while it is here.',
    columns: 'photo_id account_id created_at',
    references: { photo_id: withPhoto, account_id: withAccount },
  },
  withheld_comments: {
    ends: 'With its photo or its account; in no counter while it is here.',
    columns: 'id photo_id account_id text created_at',
    references: { photo_id: withPhoto, account_id: withAccount },
  },
  withheld_follows: {
    ends: 'With either account; in no counter while it is here.',
    columns: 'follower_id followee_id created_at',
    references: { follower_id: withAccount, followee_id: withAccount },
  },
  reports: {
    ends: 'With the photo, or with the account of who reported it.',
    columns: 'photo_id account_id reason text created_at resolved_at',
    references: { photo_id: withPhoto, account_id: withAccount },
  },
  operator_acts: {
    ends: 'Never: who did what with an operator’s power must stay answerable.',
    columns: 'id operator_id operator act target reason created_at',
    references: { operator_id: 'all_accounts: set null' },
    outlives: 'Names the operator, and what the act was about, after either is gone.',
  },
  data_exports: {
    ends: 'With its account, or when it has run out.',
    columns: 'account_id id status done total size_bytes created_at expires_at',
    references: { account_id: withAccount },
  },
  pulled_accounts: {
    ends: 'With its account.',
    columns: 'account_id is_announced created_at',
    references: { account_id: withAccount },
  },
  job_workers: { ends: 'When the process of that name starts again.', columns: 'instance worker_id' },
  migrations: { ends: 'Never.', columns: 'name applied_at' },
}

/** The job queue’s own tables are the library’s. */
export const JOBS = {
  ends: 'When the job is done. Jobs name accounts and photos by id; one that failed for good stays until an operator has looked at it.',
}

export interface KeyRule {
  server: 'redis-main' | 'redis-cache'
  holds: string
  /** Every key of the family ends by itself within this. */
  ttlSeconds: number
  /** What ends it sooner. */
  ends: string
}

/** By the prefix of the key, up to its first colon. */
export const KEYS: Readonly<Record<string, KeyRule>> = {
  lsn: { server: 'redis-main', holds: 'an account’s write position', ttlSeconds: 30, ends: 'Nothing sooner.' },
  session: {
    server: 'redis-main',
    holds: 'a session’s account, by the hash of its token',
    ttlSeconds: 300,
    ends: 'Removed before the answer to a sign-out, a new password or a deletion of the account.',
  },
  'session-hold': {
    server: 'redis-main',
    holds: 'that a session is over',
    ttlSeconds: 360,
    ends: 'Must outlive the copies that it keeps out.',
  },
  limit: {
    server: 'redis-main',
    holds: 'calls, by account id or client address',
    ttlSeconds: 3_600,
    ends: 'Must outlive the account, or deleting it would buy a new budget.',
  },
  feed: {
    server: 'redis-main',
    holds: 'how a feed’s list was made',
    ttlSeconds: 14 * 24 * 3_600,
    ends: 'Nothing sooner: nobody asks for the feed of an account that is gone.',
  },
  'feed-ids': {
    server: 'redis-main',
    holds: 'ids of photos',
    ttlSeconds: 14 * 24 * 3_600,
    ends: 'A deleted photo leaves the lists by a job of its transaction; what is left there is dropped when a page is made.',
  },
  'feed-floor': { server: 'redis-main', holds: 'how new a list must be', ttlSeconds: 3_600, ends: 'Nothing sooner.' },
  changed: { server: 'redis-main', holds: 'that a page changed', ttlSeconds: 30, ends: 'Nothing sooner.' },
  kept: {
    server: 'redis-main',
    holds: 'the address of a page that NGINX may have',
    ttlSeconds: 1_260,
    ends: 'Nothing sooner: a deletion purges the page whether or not it stands here.',
  },
  c: {
    server: 'redis-cache',
    holds: 'cards, profiles, lists',
    ttlSeconds: 300,
    ends: 'Removed, with a tombstone, before the answer to whatever changes or deletes what it shows.',
  },
  t: { server: 'redis-cache', holds: 'the position of a change', ttlSeconds: 30, ends: 'Nothing sooner.' },
  l: { server: 'redis-cache', holds: 'who is filling a key', ttlSeconds: 2, ends: 'The fill.' },
}

export interface FolderRule {
  /** Names directly in it. */
  names: RegExp
  ends: string
}

/** By the folder within the stack’s state. */
export const FOLDERS: Readonly<Record<string, readonly FolderRule[]>> = {
  media: [
    {
      names: /^[0-9a-f]{32}$/,
      ends: 'With its photo or avatar: job media.erase of that transaction, then every PoP; orphans.sweep finds what a crash left.',
    },
    { names: /^\.partial$/, ends: 'Pictures in the making: when the job ends, or at the next one ten minutes later.' },
    { names: /^\.seed$/, ends: 'Pictures of the seed, shared by its people: with the stack.' },
  ],
  spool: [
    { names: /^uploads$/, ends: 'When the photo is rendered or its job has failed for good; spool.sweep after a day.' },
    { names: /^lb$/, ends: 'When NGINX has passed the upload on; orphans.sweep after an hour.' },
    { names: /^seed$/, ends: 'When the seed is done.' },
  ],
}

/** Copies outside these stores: each with who ends it, and when at the latest. */
export const COPIES: Readonly<Record<string, string>> = {
  'process memory': 'Told of each change; seconds at most.',
  'data/lb-cache (NGINX)':
    'Pages for visitors: purged by address before the answer and by job pages.purge; ten minutes at most.',
  'edge (each PoP)': 'Photos: purged by tag and verified by job media.erase; a day at most.',
  browser: 'Photos an hour, pages not at all: nobody can reach into it.',
  replicas: 'Follow the primary; one that is ten seconds behind is not read.',
  log: 'Ids and addresses: until the log is rotated away.',
  backups: 'Until the backup is.',
}
