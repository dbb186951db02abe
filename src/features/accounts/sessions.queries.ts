import { sql } from 'kysely'
import type { Reader, Writer } from '../../platform/postgres.ts'

export type SessionRow = NonNullable<Awaited<ReturnType<typeof findSession>>>

/** The living session of a token, with whose it is. Uses sessions_token_hash_key and accounts_pkey. */
export function findSession(db: Reader, tokenHash: string) {
  return db
    .selectFrom('sessions')
    .innerJoin('accounts', 'accounts.id', 'sessions.account_id')
    .select([
      'sessions.id',
      'sessions.account_id',
      'sessions.expires_at',
      'sessions.last_seen_at',
      'accounts.username',
      'accounts.role',
    ])
    .where('sessions.token_hash', '=', tokenHash)
    .where('sessions.expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst()
}

export async function insertSession(
  trx: Writer,
  session: { id: string; accountId: string; tokenHash: string; userAgent: string; expiresAt: Date },
) {
  await trx
    .insertInto('sessions')
    .values({
      id: session.id,
      account_id: session.accountId,
      token_hash: session.tokenHash,
      user_agent: session.userAgent,
      expires_at: session.expiresAt,
    })
    .execute()
}

/** Devices that were seen last come first. Uses sessions_account. */
export function listSessions(db: Reader, accountId: string, limit: number) {
  return db
    .selectFrom('sessions')
    .select(['id', 'user_agent', 'created_at', 'last_seen_at'])
    .where('account_id', '=', accountId)
    .where('expires_at', '>', sql<Date>`now()`)
    .orderBy('last_seen_at', 'desc')
    .limit(limit)
    .execute()
}

/** Uses sessions_pkey. Writes at most once an hour per session, however many ask. */
export async function touchSession(trx: Writer, id: string, seenAt: Date, expiresAt: Date, unlessSeenSince: Date) {
  await trx
    .updateTable('sessions')
    .set({ last_seen_at: seenAt, expires_at: expiresAt })
    .where('id', '=', id)
    .where('last_seen_at', '<', unlessSeenSince)
    .execute()
}

/** Uses sessions_pkey. */
export function deleteSession(trx: Writer, accountId: string, id: string) {
  return trx
    .deleteFrom('sessions')
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .returning('token_hash')
    .execute()
}

/** All but `keptId`. Uses sessions_account. */
export function deleteSessionsOf(trx: Writer, accountId: string, keptId: string | null) {
  return trx
    .deleteFrom('sessions')
    .where('account_id', '=', accountId)
    .$if(keptId !== null, (query) => query.where('id', '<>', keptId ?? ''))
    .returning('token_hash')
    .execute()
}

/** Those beyond the `kept` that were seen last. Uses sessions_account. */
export function deleteOldestSessions(trx: Writer, accountId: string, kept: number) {
  return trx
    .deleteFrom('sessions')
    .where('id', 'in', (db) =>
      db
        .selectFrom('sessions')
        .select('id')
        .where('account_id', '=', accountId)
        .orderBy('last_seen_at', 'desc')
        // Not a page: what is cut off here is deleted.
        .offset(kept),
    )
    .returning('token_hash')
    .execute()
}

/** Uses sessions_account. */
export function tokenHashesOf(db: Reader, accountId: string) {
  return db.selectFrom('sessions').select('token_hash').where('account_id', '=', accountId).execute()
}

/** Uses sessions_expiry. Their copies in Redis never outlive them. */
export async function deleteExpiredSessions(trx: Writer) {
  await trx
    .deleteFrom('sessions')
    .where('expires_at', '<', sql<Date>`now()`)
    .execute()
}
