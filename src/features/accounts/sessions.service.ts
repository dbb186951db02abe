import type { AfterCommit, Database } from '../../platform/consistency.ts'
import { scopeOf } from '../../platform/consistency.ts'
import { AppError } from '../../platform/errors.ts'
import { newId } from '../../platform/ids.ts'
import { enqueue } from '../../platform/jobs.ts'
import type { Log } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { Writer } from '../../platform/postgres.ts'
import { isLostConnection } from '../../platform/postgres-errors.ts'
import type { RedisMain } from '../../platform/redis.ts'
import { VISITOR, type Viewer } from '../../platform/viewer.ts'
import { createSessionCopies, type Hold, type Looked, type SessionCopy } from './session-copies.ts'
import { accountIdIn, hashToken, newSessionToken } from './session-token.ts'
import { deleteOldestSessions, findSession, insertSession, touchSession, type SessionRow } from './sessions.queries.ts'

/** A session ends this long after it was last used. */
export const SESSION_TTL_SECONDS = 30 * 24 * 3_600
/** `last_seen_at` is right to within this; a session in use costs one write per hour. */
const SEEN_PRECISION_MS = 3_600_000
/** Devices of one account; the one that was seen longest ago makes room. */
export const SESSIONS_MAX = 100
const USER_AGENT_MAX_CHARS = 300

export interface EndedSessions {
  add(rows: readonly { token_hash: string }[]): void
}

export interface Sessions extends AsyncDisposable {
  /** Who presents this token; null when nobody does (any more). Cost: one round trip to Redis, on a miss one query too. `begin` runs meanwhile, whether it proves true or not. */
  authenticate(token: string, begin?: (accountId: string) => void): Promise<Viewer | null>
  /** A new session for the device that calls itself `userAgent`; the token is told once and never stored. */
  begin(trx: Writer, accountId: string, userAgent: string, ended: EndedSessions): Promise<string>
  /**
   * `db.write` for a transaction that may end sessions. When this resolves no server of ours takes the tokens of the
   * rows that were handed to `ended`; should Redis not be told now, a job of the same transaction repeats it.
   */
  write<T>(accountId: string, effect: (trx: Writer, ended: EndedSessions, after: AfterCommit) => Promise<T>): Promise<T>
  /** Drops copies now. @throws when Redis could not be told */
  forget(tokenHashes: readonly string[], hold: Hold): Promise<void>
}

export interface SessionsDeps {
  db: Database
  redisMain: RedisMain
  log: Log
  metrics: Metrics
}

/** Sessions are rows in PostgreSQL; Redis holds short-lived copies; process memory holds none. */
export function createSessions({ db, redisMain, log, metrics }: SessionsDeps): Sessions {
  const copies = createSessionCopies(redisMain)
  const touches = new Set<Promise<void>>()

  async function authenticate(token: string, begin?: (accountId: string) => void): Promise<Viewer | null> {
    const accountId = accountIdIn(token)
    if (accountId === null) return null
    const tokenHash = hashToken(token)
    const looking = copies.look(tokenHash, accountId)
    begin?.(accountId)
    const looked = await looking
    if (looked?.hold === 'gone') return null
    const isHit = looked?.copy !== null && looked !== null
    metrics.cacheRequest('redis-main', 'session', isHit ? 'hit' : 'miss')
    if (looked?.copy && looked.copy.expiresAtMs > Date.now()) return toViewer(looked.copy, looked)

    const readAtMs = Date.now()
    const { row, isCurrent } = await readRow(tokenHash)
    if (!row) return null
    const copy = toCopy(row)
    if (isCurrent) {
      if (looked) await copies.keep(tokenHash, copy, looked.epoch, readAtMs)
      touchWhenDue(row)
    }
    return toViewer(copy, looked)
  }

  function toViewer(copy: SessionCopy, looked: Looked | null): Viewer {
    const scope = looked ? scopeOf(copy.account.id, looked.position, redisMain) : 'primary'
    return { account: copy.account, sessionId: copy.sessionId, scope }
  }

  /** From the primary: a replica may not know yet that the session was revoked. It is asked only when there is no primary. */
  async function readRow(tokenHash: string): Promise<{ row: SessionRow | undefined; isCurrent: boolean }> {
    try {
      return { row: await db.readPrimary((reader) => findSession(reader, tokenHash)), isCurrent: true }
    } catch (error) {
      const isUnreachable =
        isLostConnection(error) || (error instanceof AppError && error.code === 'service.no_primary')
      if (!isUnreachable) throw error
      return { row: await db.read(VISITOR, (reader) => findSession(reader, tokenHash)), isCurrent: false }
    }
  }

  /** Beside the request. A touch that fails is logged and tried again by the next look at the row, five minutes later at most. */
  function touchWhenDue(row: SessionRow): void {
    const now = Date.now()
    const dueSince = new Date(now - SEEN_PRECISION_MS)
    if (row.last_seen_at > dueSince) return
    const expiresAt = new Date(now + SESSION_TTL_SECONDS * 1_000)
    const touch = db
      .writeUnowned((trx) => touchSession(trx, row.id, new Date(now), expiresAt, dueSince))
      .then(
        () => undefined,
        (error: unknown) => log.warn({ event: 'session.touch_failed', error: String(error) }),
      )
      .finally(() => touches.delete(touch))
    touches.add(touch)
  }

  return {
    authenticate,
    async begin(trx, accountId, userAgent, ended) {
      const token = newSessionToken(accountId)
      await insertSession(trx, {
        id: newId(),
        accountId,
        tokenHash: hashToken(token),
        userAgent: userAgent.slice(0, USER_AGENT_MAX_CHARS),
        expiresAt: new Date(Date.now() + SESSION_TTL_SECONDS * 1_000),
      })
      ended.add(await deleteOldestSessions(trx, accountId, SESSIONS_MAX))
      return token
    },
    async write(accountId, effect) {
      const tokenHashes: string[] = []
      const result = await db.write(accountId, async (trx, after) => {
        tokenHashes.length = 0
        const ended = {
          add: (rows: readonly { token_hash: string }[]) => tokenHashes.push(...rows.map((row) => row.token_hash)),
        }
        const result = await effect(trx, ended, after)
        // Also for the server that dies between the commit and telling Redis.
        if (tokenHashes.length > 0) await enqueue(trx, 'session.forget', { tokenHashes, hold: 'gone' })
        return result
      })
      await copies.forget(tokenHashes, 'gone').catch((error: unknown) => {
        log.warn({ event: 'session.forget_postponed', error: String(error) })
      })
      return result
    },
    forget: (tokenHashes, hold) => copies.forget(tokenHashes, hold),
    async [Symbol.asyncDispose]() {
      await Promise.all(touches)
    },
  }
}

function toCopy(row: SessionRow): SessionCopy {
  return {
    sessionId: row.id,
    account: { id: row.account_id, username: row.username, role: row.role },
    expiresAtMs: row.expires_at.getTime(),
  }
}
