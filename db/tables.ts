import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

type CreatedAt = ColumnType<Date, Date | string | undefined, never>

export interface AccountsTable {
  id: string
  username: string
  display_name: Generated<string>
  bio: Generated<string>
  password_hash: string
  role: Generated<'member' | 'operator'>
  avatar_key: string | null
  photo_count: Generated<number>
  follower_count: Generated<number>
  following_count: Generated<number>
  created_at: CreatedAt
}

/** `accounts` is the view of those that are not suspended. */
export interface AllAccountsTable extends AccountsTable {
  suspended_at: Date | null
  suspended_reason: string | null
}

export interface SessionsTable {
  id: string
  account_id: string
  token_hash: string
  user_agent: Generated<string>
  created_at: CreatedAt
  last_seen_at: ColumnType<Date, Date | undefined, Date>
  expires_at: Date
}

export interface AccountResetsTable {
  token_hash: string
  account_id: string
  expires_at: Date
}

export interface FollowsTable {
  follower_id: string
  followee_id: string
  created_at: CreatedAt
}

export interface PhotosTable {
  id: string
  account_id: string
  media_key: string
  caption: Generated<string>
  alt_text: Generated<string>
  width: number
  height: number
  thumbhash: string
  status: 'processing' | 'ready' | 'failed'
  has_avif: Generated<boolean>
  like_count: Generated<number>
  comment_count: Generated<number>
  hot: GeneratedAlways<number>
  created_at: CreatedAt
}

/** `photos` is the view of those that are neither hidden nor withheld with their suspended author. */
export interface AllPhotosTable extends PhotosTable {
  hidden_at: Date | null
  hidden_reason: string | null
  is_withheld: Generated<boolean>
}

export interface GonePhotosTable {
  id: string
  gone_at: CreatedAt
}

export interface PulledAccountsTable {
  account_id: string
  is_announced: Generated<boolean>
  created_at: CreatedAt
}

export interface LikesTable {
  photo_id: string
  account_id: string
  created_at: CreatedAt
}

export interface CommentsTable {
  id: string
  photo_id: string
  account_id: string
  text: string
  created_at: CreatedAt
}

export interface IdempotencyKeysTable {
  account_id: string
  route: string
  key: string
  body_digest: string
  status: number
  body: string
  created_at: CreatedAt
}

type Withheld<Table> = { [Column in keyof Table]: Table[Column] extends CreatedAt ? Date : Table[Column] }

export interface ReportsTable {
  photo_id: string
  account_id: string
  reason: 'spam' | 'nudity' | 'violence' | 'harassment' | 'other'
  text: Generated<string>
  created_at: CreatedAt
  resolved_at: Date | null
}

export interface OperatorActsTable {
  id: string
  operator_id: string | null
  operator: string
  act: string
  target: string
  reason: Generated<string>
  created_at: CreatedAt
}

export interface DataExportsTable {
  account_id: string
  id: string
  status: 'running' | 'ready' | 'failed'
  done: Generated<number>
  total: Generated<number>
  size_bytes: number | null
  created_at: Generated<Date>
  expires_at: Date | null
}

/** The tables as the newest migration leaves them. */
export interface Tables {
  accounts: AccountsTable
  all_accounts: AllAccountsTable
  sessions: SessionsTable
  account_resets: AccountResetsTable
  follows: FollowsTable
  photos: PhotosTable
  all_photos: AllPhotosTable
  gone_photos: GonePhotosTable
  pulled_accounts: PulledAccountsTable
  likes: LikesTable
  comments: CommentsTable
  withheld_likes: Withheld<LikesTable>
  withheld_comments: Withheld<CommentsTable>
  withheld_follows: Withheld<FollowsTable>
  reports: ReportsTable
  operator_acts: OperatorActsTable
  data_exports: DataExportsTable
  idempotency_keys: IdempotencyKeysTable
}
