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

export interface GonePhotosTable {
  id: string
  gone_at: CreatedAt
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

/** The tables as the newest migration leaves them. */
export interface Tables {
  accounts: AccountsTable
  sessions: SessionsTable
  account_resets: AccountResetsTable
  follows: FollowsTable
  photos: PhotosTable
  gone_photos: GonePhotosTable
  likes: LikesTable
  comments: CommentsTable
  idempotency_keys: IdempotencyKeysTable
}
