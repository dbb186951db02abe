import { randomBytes } from 'node:crypto'
import type { Database } from '../../platform/consistency.ts'
import { AppError } from '../../platform/errors.ts'
import { enqueue } from '../../platform/jobs.ts'
import type { ViewerAccount } from '../../platform/viewer.ts'
import * as queries from './accounts.queries.ts'
import { requireAccountId } from './accounts.service.ts'
import { hashToken } from './session-token.ts'
import { tokenHashesOf } from './sessions.queries.ts'
import type { Sessions } from './sessions.service.ts'

const RESET_TTL_MS = 3_600_000

/** What whoever runs the machine may do to an account, whatever its owner says. */
export function createAccountOperations({ db, sessions }: { db: Database; sessions: Pick<Sessions, 'forget'> }) {
  // Primary throughout: the account may have been made a moment ago.
  const find = (username: string) => db.readPrimary((db) => requireAccountId(db, username))

  /** Sessions go on with the new role at once; should Redis not be told now, a job repeats it. @throws AppError account.not_found */
  async function setRole(username: string, role: ViewerAccount['role']): Promise<ViewerAccount> {
    const id = await find(username)
    const { account, tokenHashes } = await db.write(id, async (trx) => {
      const account = await queries.setRole(trx, id, role)
      if (!account) throw new AppError('account.not_found', `${username} was deleted just now.`)
      const tokenHashes = (await tokenHashesOf(trx, id)).map((row) => row.token_hash)
      if (tokenHashes.length > 0) await enqueue(trx, 'session.forget', { tokenHashes, hold: 'changed' })
      return { account, tokenHashes }
    })
    await sessions.forget(tokenHashes, 'changed').catch(() => undefined)
    return account
  }

  /** A token for one change of password within the hour. @throws AppError account.not_found */
  async function makeReset(username: string): Promise<string> {
    const id = await find(username)
    const token = randomBytes(32).toString('base64url')
    const expiresAt = new Date(Date.now() + RESET_TTL_MS)
    await db.write(id, (trx) => queries.insertReset(trx, { tokenHash: hashToken(token), accountId: id, expiresAt }))
    return token
  }

  return { setRole, makeReset }
}
