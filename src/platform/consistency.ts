import { AppError } from './errors.ts'
import { isMissing } from './postgres-errors.ts'
import type { Reader, Postgres, ReadScope, WritePosition, Writer } from './postgres.ts'
import { POSITION_TTL_SECONDS, type RedisMain } from './redis.ts'
import type { Viewer } from './viewer.ts'

/** What features read and write through: a person always sees their own writes, and nobody pays for it who did not write. */
export interface Database {
  /** On a replica, unless the viewer wrote within 30 seconds and no replica is that far. */
  read<T>(viewer: Viewer, query: (db: Reader) => Promise<T>): Promise<T>
  /** On the primary: for decisions that a stale read would get wrong. State the reason at the call. */
  readPrimary<T>(query: (db: Reader) => Promise<T>): Promise<T>
  /** One transaction; the account's write position is recorded before this resolves. @throws AppError session.required when the account was deleted meanwhile */
  write<T>(accountId: string, effect: (trx: Writer) => Promise<T>): Promise<T>
  /** For writes of nobody: clean-up, jobs that state their position themselves. */
  writeUnowned<T>(effect: (trx: Writer) => Promise<T>): Promise<{ result: T; position: WritePosition }>
  /** Raises the account's position to `position`, as a job does that changed what the account will read. */
  record(accountId: string, position: WritePosition): Promise<void>
}

/** Positions are fixed-width hexadecimal, so the greater string is the later one. */
const RAISE_POSITION = `local known = redis.call('get', KEYS[1])
if not known or known < ARGV[1] then redis.call('set', KEYS[1], ARGV[1], 'ex', ARGV[2]) else redis.call('expire', KEYS[1], ARGV[2]) end
return 1`

export function positionKey(accountId: string): string {
  return `lsn:${accountId}`
}

/** What a look-up of `positionKey` means: an absent position is 'any' only where none can have been lost. */
export function scopeOf(position: string | null, redisMain: RedisMain): ReadScope {
  if (position !== null) return { since: position }
  return redisMain.isSettled() ? 'any' : 'primary'
}

export function createDatabase(postgres: Postgres, redisMain: RedisMain): Database {
  async function record(accountId: string, position: WritePosition): Promise<void> {
    // @NOTE a position that cannot be recorded is harmless: while redis-main is down everyone who is signed in reads the primary.
    await redisMain.client
      .eval(RAISE_POSITION, 1, positionKey(accountId), position, POSITION_TTL_SECONDS)
      .catch(() => undefined)
  }
  return {
    read: (viewer, query) => postgres.read(viewer.scope, query),
    readPrimary: (query) => postgres.read('primary', query),
    async write(accountId, effect) {
      const { result, position } = await postgres.write(effect).catch((error: unknown) => {
        throw isMissing(error, accountId) ? new AppError('session.required', 'This account was deleted.') : error
      })
      await record(accountId, position)
      return result
    },
    writeUnowned: (effect) => postgres.write(effect),
    record,
  }
}
