import type { OwnAccount } from '../../contract/accounts.ts'
import type { Database } from '../../platform/consistency.ts'
import { AppError } from '../../platform/errors.ts'
import type { Events } from '../../platform/events.ts'
import type { Passwords } from '../../platform/passwords.ts'
import type { Writer } from '../../platform/postgres.ts'
import type { ViewerAccount } from '../../platform/viewer.ts'
import * as queries from './accounts.queries.ts'
import { ownAccount, present } from './accounts.service.ts'
import { hashToken } from './session-token.ts'
import { deleteSession, deleteSessionsOf } from './sessions.queries.ts'
import type { Sessions } from './sessions.service.ts'
import { toUsername } from './usernames.ts'

export type SignIns = ReturnType<typeof createSignIns>

export interface SignInDeps {
  db: Database
  sessions: Pick<Sessions, 'begin' | 'write'>
  passwords: Passwords
  events: Events
}

/** Proving who one is, and taking sessions away again. */
export function createSignIns({ db, sessions, passwords, events }: SignInDeps) {
  /** Costs and answers the same whether the name or the password is wrong. @throws AppError session.wrong_credentials, account.suspended */
  async function signIn(
    given: { username: string; password: string },
    userAgent: string,
  ): Promise<{ account: OwnAccount; token: string }> {
    const username = toUsername(given.username)
    // Primary: after a change of password a replica would still take the old one.
    const known = username === null ? undefined : await db.readPrimary((db) => queries.findCredentials(db, username))
    const isRight = await passwords.verify(known?.password_hash ?? null, given.password)
    if (!known || !isRight) throw refused()
    if (known.suspended_at !== null) {
      events.note('session.refused')
      throw new AppError('account.suspended', `The operators give this reason: ${known.suspended_reason ?? 'none'}`)
    }
    const rehashed = passwords.needsRehash(known.password_hash) ? await passwords.hash(given.password) : null
    const result = await sessions.write(known.id, async (trx, ended) => {
      const row = await queries.holdAccount(trx, known.id, known.password_hash)
      if (!row) return null
      if (rehashed !== null) await queries.replacePassword(trx, known.id, rehashed)
      return { account: ownAccount(row), token: await sessions.begin(trx, known.id, userAgent, ended) }
    })
    if (!result) throw refused()
    events.note('session.created', { accountId: known.id })
    return result
  }

  function refused(): AppError {
    events.note('session.refused')
    return new AppError('session.wrong_credentials', 'Check both and try again.')
  }

  /** @throws AppError session.not_found, also for a session of somebody else */
  async function revoke(account: ViewerAccount, sessionId: string): Promise<void> {
    await sessions.write(account.id, async (trx, ended) => {
      const rows = await deleteSession(trx, account.id, sessionId)
      if (rows.length === 0) throw new AppError('session.not_found', 'It may have been signed out already.')
      ended.add(rows)
    })
    events.note('session.revoked', { accountId: account.id, sessionId })
  }

  /** Ends every session but `keptSessionId`, and open reset links. @throws AppError account.wrong_password */
  async function changePassword(
    account: ViewerAccount,
    keptSessionId: string | null,
    given: { currentPassword: string; newPassword: string },
  ): Promise<void> {
    // Primary: a replica may not have the last change yet.
    const { password_hash: stored } = present(await db.readPrimary((db) => queries.findPasswordHash(db, account.id)))
    const isRight = await passwords.verify(stored, given.currentPassword)
    if (!isRight) throw new AppError('account.wrong_password', 'Nothing was changed.')
    const fresh = await passwords.hash(given.newPassword)
    await sessions.write(account.id, async (trx, ended) => {
      const isReplaced = await queries.replacePassword(trx, account.id, fresh, stored)
      if (!isReplaced) throw new AppError('account.wrong_password', 'It was changed on another device just now.')
      await queries.deleteResetsOf(trx, account.id)
      ended.add(await deleteSessionsOf(trx, account.id, keptSessionId))
    })
    events.note('password.changed', { accountId: account.id })
  }

  /** By a one-time link; ends every session. @throws AppError account.reset_invalid */
  async function resetPassword(given: { token: string; newPassword: string }): Promise<void> {
    const tokenHash = hashToken(given.token)
    // Primary: a link was made a moment ago, or is used up. Asked first, so that a made-up link costs no hash.
    const reset = await db.readPrimary((db) => queries.findReset(db, tokenHash))
    if (!reset) throw invalidLink()
    const fresh = await passwords.hash(given.newPassword)
    await sessions.write(reset.account_id, async (trx, ended) => {
      if (!(await queries.useUpReset(trx, tokenHash))) throw invalidLink()
      await queries.replacePassword(trx, reset.account_id, fresh)
      await queries.deleteResetsOf(trx, reset.account_id)
      ended.add(await deleteSessionsOf(trx, reset.account_id, null))
    })
    events.note('password.changed', { accountId: reset.account_id })
  }

  return { signIn, revoke, changePassword, resetPassword }
}

/** Every session and open reset link of an account; the rows are for `sessions.write` to tell. */
export async function endAllSessions(trx: Writer, accountId: string): Promise<{ token_hash: string }[]> {
  await queries.deleteResetsOf(trx, accountId)
  return deleteSessionsOf(trx, accountId, null)
}

function invalidLink(): AppError {
  return new AppError('account.reset_invalid', 'Ask the operator of this service for a new link.')
}
