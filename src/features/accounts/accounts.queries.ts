import { sql, type Updateable } from 'kysely'
import type { AccountsTable } from '../../../db/tables.ts'
import type { Reader, Writer } from '../../platform/postgres.ts'

const PROFILE_COLUMNS = [
  'id',
  'username',
  'display_name',
  'avatar_key',
  'bio',
  'role',
  'photo_count',
  'follower_count',
  'following_count',
  'created_at',
] as const

export type AccountRow = NonNullable<Awaited<ReturnType<typeof findAccount>>>

/** Uses accounts_pkey. */
export function findAccount(db: Reader, id: string) {
  return db.selectFrom('accounts').select(PROFILE_COLUMNS).where('id', '=', id).executeTakeFirst()
}

/** Uses accounts_pkey. */
export function findAccounts(db: Reader, ids: readonly string[]) {
  return db
    .selectFrom('accounts')
    .select(PROFILE_COLUMNS)
    .where('id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute()
}

/** Uses accounts_username_key. */
export function findIdsByUsernames(db: Reader, usernames: readonly string[]) {
  return db
    .selectFrom('accounts')
    .select(['username', 'id'])
    .where('username', '=', sql<string>`any(${usernames}::text[])`)
    .execute()
}

/** Uses accounts_username_key. */
export function findIdByUsername(db: Reader, username: string) {
  return db.selectFrom('accounts').select('id').where('username', '=', username).executeTakeFirst()
}

/** @throws a unique violation of accounts_username_key */
export function insertAccount(
  trx: Writer,
  account: { id: string; username: string; passwordHash: string; displayName: string },
) {
  return trx
    .insertInto('accounts')
    .values({
      id: account.id,
      username: account.username,
      password_hash: account.passwordHash,
      display_name: account.displayName,
    })
    .returning(PROFILE_COLUMNS)
    .executeTakeFirstOrThrow()
}

/** Uses accounts_pkey. */
export function updateAccount(
  trx: Writer,
  id: string,
  change: Pick<Updateable<AccountsTable>, 'display_name' | 'bio'>,
) {
  return trx.updateTable('accounts').set(change).where('id', '=', id).returning(PROFILE_COLUMNS).executeTakeFirst()
}

/** Also of a suspended account: whoever knows its password is told why. Uses accounts_username_key. */
export function findCredentials(db: Reader, username: string) {
  return db
    .selectFrom('all_accounts')
    .select(['id', 'password_hash', 'suspended_at', 'suspended_reason'])
    .where('username', '=', username)
    .executeTakeFirst()
}

/** Uses accounts_pkey. */
export function findPasswordHash(db: Reader, id: string) {
  return db.selectFrom('accounts').select('password_hash').where('id', '=', id).executeTakeFirst()
}

/**
 * The account if its password is still the one that was verified. Held until the end of the transaction, so that a
 * session begun with a password and the change of that password are never both unaware of each other. Uses accounts_pkey.
 */
export function holdAccount(trx: Writer, id: string, passwordHash: string) {
  return trx
    .selectFrom('accounts')
    .select(PROFILE_COLUMNS)
    .where('id', '=', id)
    .where('password_hash', '=', passwordHash)
    .forNoKeyUpdate()
    .executeTakeFirst()
}

/** Whether it was replaced: not when somebody else changed it after `previousHash` was verified. Uses accounts_pkey. */
export async function replacePassword(trx: Writer, id: string, passwordHash: string, previousHash?: string) {
  const row = await trx
    .updateTable('accounts')
    .set({ password_hash: passwordHash })
    .where('id', '=', id)
    .$if(previousHash !== undefined, (query) => query.where('password_hash', '=', previousHash ?? ''))
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** The account with its new avatar and the key of the one before. Uses accounts_pkey. */
export function replaceAvatar(trx: Writer, id: string, avatarKey: string | null) {
  return trx
    .with('before', (db) => db.selectFrom('accounts').select(['id', 'avatar_key']).where('id', '=', id).forUpdate())
    .updateTable('accounts')
    .from('before')
    .set({ avatar_key: avatarKey })
    .whereRef('accounts.id', '=', 'before.id')
    .returning(PROFILE_COLUMNS.map((column) => `accounts.${column}` as const))
    .returning('before.avatar_key as previous_key')
    .executeTakeFirst()
}

/** Where its avatar belongs; undefined where there is none. Uses accounts_pkey. */
export function findAvatar(db: Reader, id: string) {
  return db
    .selectFrom('all_accounts')
    .select(['avatar_key', sql<boolean>`suspended_at is not null`.as('is_suspended')])
    .where('id', '=', id)
    .where('avatar_key', 'is not', null)
    .$narrowType<{ avatar_key: string }>()
    .executeTakeFirst()
}

/** Uses accounts_pkey. */
export function setRole(trx: Writer, id: string, role: 'member' | 'operator') {
  return trx
    .updateTable('accounts')
    .set({ role })
    .where('id', '=', id)
    .returning(['id', 'username', 'role'])
    .executeTakeFirst()
}

export async function insertReset(trx: Writer, reset: { tokenHash: string; accountId: string; expiresAt: Date }) {
  await trx
    .insertInto('account_resets')
    .values({ token_hash: reset.tokenHash, account_id: reset.accountId, expires_at: reset.expiresAt })
    .execute()
}

/** Uses account_resets_pkey. */
export function findReset(db: Reader, tokenHash: string) {
  return db
    .selectFrom('account_resets')
    .select('account_id')
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst()
}

/** The account whose link it was; only one of two that use it at once gets it. Uses account_resets_pkey. */
export function useUpReset(trx: Writer, tokenHash: string) {
  return trx
    .deleteFrom('account_resets')
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', sql<Date>`now()`)
    .returning('account_id')
    .executeTakeFirst()
}

/** Uses account_resets_account. */
export async function deleteResetsOf(trx: Writer, accountId: string) {
  await trx.deleteFrom('account_resets').where('account_id', '=', accountId).execute()
}

/** Reads the whole table, which holds an hour's links. */
export async function deleteOldResets(trx: Writer) {
  await trx
    .deleteFrom('account_resets')
    .where('expires_at', '<', sql<Date>`now()`)
    .execute()
}
