import { POSITION_CHARS } from './cache-entry.ts'
import type { CacheKind, CacheTrace, Load } from './cache-kind.ts'
import type { Cache, CacheKey } from './cache.ts'
import { AppError } from './errors.ts'
import type { Log } from './log.ts'
import { isMissing } from './postgres-errors.ts'
import type { Reader, Postgres, ReadScope, WritePosition, Writer } from './postgres.ts'
import { createReadAgain } from './read-again.ts'
import { POSITION_TTL_SECONDS, script, type RedisMain } from './redis.ts'
import type { Viewer } from './viewer.ts'
import { purgeSurely, type VisitorPages } from './visitor-pages.ts'

/** A cached thing and how it is made: from each id its payload; ids that do not exist are left out. One statement for all. */
export interface CachedKind<Value = string> extends CacheKind<Value> {
  load: (db: Reader, ids: readonly string[]) => Promise<ReadonlyMap<string, string>>
}

/** What a transaction wants done once it is committed and before anybody is answered. */
export interface AfterCommit {
  /** These values are not what they were: from now on nobody gets what was read before this write. */
  touch(kind: CacheKind, ...ids: readonly string[]): void
  /** Only numbers of these values changed: who wrote sees the new ones, everybody else a second later at the latest. */
  recount(kind: CacheKind, ...ids: readonly string[]): void
  /** No cache is told of something that changed: for 30 s who wrote is given nothing by any that was read before. */
  outdate(): void
  /**
   * NGINX's copies of these pages show what changed. `surely`, by a job as well: what was deleted or rewritten. `now`: what
   * is new. `soon`, within half a minute: numbers.
   */
  rewrite(urls: readonly string[], when: 'surely' | 'now' | 'soon'): void
  /** A failure is logged: whatever `work` does must come right by itself later. */
  run(work: (position: WritePosition) => Promise<void>): void
}

/** What has a job, `surely`, needs a transaction for both. */
export interface AfterStatement extends Pick<AfterCommit, 'touch' | 'recount' | 'outdate' | 'run'> {
  rewrite(urls: readonly string[], when: 'now' | 'soon'): void
}

/** What features read and write through: a person always sees their own writes, and nobody pays for it who did not write. */
export interface Database {
  /** On a replica, unless the viewer wrote within 30 seconds and no replica is that far. */
  read<T>(viewer: Viewer, query: (db: Reader) => Promise<T>): Promise<T>
  /** In the order of `ids`, from memory, redis-cache or a node that may be read; never older than the viewer's own writes. Undefined: there is no such thing. */
  cached<Value>(
    viewer: Viewer,
    kind: CachedKind<Value>,
    ids: readonly string[],
    trace?: CacheTrace,
  ): Promise<(Value | undefined)[]>
  /** On the primary: for decisions that a stale read would get wrong. State the reason at the call. */
  readPrimary<T>(query: (db: Reader) => Promise<T>): Promise<T>
  /** One transaction; when this resolves, caches are told and the account's position is recorded. @throws AppError session.required when the account was deleted meanwhile */
  write<T>(accountId: string, effect: (trx: Writer, after: AfterCommit) => Promise<T>): Promise<T>
  /** The same for one statement, which is a transaction by itself. */
  writeStatement<T>(accountId: string, effect: (db: Reader, after: AfterStatement) => Promise<T>): Promise<T>
  /** For writes of nobody: clean-up, jobs that state their position themselves. */
  writeUnowned<T>(
    effect: (trx: Writer, after: AfterCommit) => Promise<T>,
  ): Promise<{ result: T; position: WritePosition }>
}

/**
 * At the end of a record: caches were not told of a write, and none can be believed for as long as the key lives. A record
 * is `position.writes`, and the count tells writes at the same position, or recorded out of order, from one another.
 */
const STRICT_MARK = '!'
/** The record. ARGV: position, its mark or nothing, seconds. Positions are fixed-width hexadecimal, so the greater string is the later one. */
const recordWrite = script(`local known = redis.call('get', KEYS[1]) or ''
local position = ARGV[1]
local last = string.sub(known, 1, ${POSITION_CHARS})
if last > position then position = last end
local mark = string.sub(known, -1) == '${STRICT_MARK}' and '${STRICT_MARK}' or ARGV[2]
local writes = tonumber(string.match(known, '%.(%d+)') or 0) + 1
local record = position .. '.' .. writes .. mark
redis.call('set', KEYS[1], record, 'ex', ARGV[3])
return record`)

export function positionKey(accountId: string): string {
  return `lsn:${accountId}`
}

/** What a look-up of `positionKey` means: an absent record is 'any' only where none can have been lost. */
export function scopeOf(accountId: string, record: string | null, redisMain: RedisMain): ReadScope {
  if (record === null) return redisMain.isSettled() ? 'any' : 'primary'
  const since = record.slice(0, POSITION_CHARS)
  const token = tokenOf(accountId, record)
  return token === undefined ? { since, isStrict: true } : { since, token }
}

/** Names an account's writes up to now; undefined where caches could not be told of them. */
function tokenOf(accountId: string, record: string): string | undefined {
  return record.endsWith(STRICT_MARK) ? undefined : accountId + record
}

export interface DatabaseDeps {
  postgres: Postgres
  redisMain: RedisMain
  cache: Cache
  pages: Pick<VisitorPages, 'changed' | 'counted'>
  log: Log
}

export function createDatabase({ postgres, redisMain, cache, pages, log }: DatabaseDeps): Database {
  const loadOf =
    (kind: CachedKind<unknown>, onLoad?: () => void): Load =>
    async (ids, scope) => {
      onLoad?.()
      const { result, position } = await postgres.readAt(scope, (db) => kind.load(db, ids))
      return { values: result, position }
    }
  const readAgain = createReadAgain(async (kind, ids, since) => {
    // Whoever needs it will read it then.
    await cache.readAgain(kind, ids, since, loadOf(kind)).catch(noteLate)
  })

  async function record(accountId: string, position: WritePosition, mark: typeof STRICT_MARK | ''): Promise<void> {
    // @NOTE a position that cannot be recorded is harmless: while redis-main is down everyone who is signed in reads the primary.
    const values = [position, mark, POSITION_TTL_SECONDS]
    const written = await recordWrite(redisMain.client, [positionKey(accountId)], values).catch(() => null)
    if (written === null) return
    // What the script returns.
    const token = tokenOf(accountId, written as string)
    if (token !== undefined) cache.announce(token)
  }

  function noteLate(error: unknown): void {
    log.warn({ event: 'write.follow_up_failed', error: String(error) })
  }

  /** Commits, then tells caches and whoever else wants to know. `isTold`: no cache can show what was before. */
  async function commit<T>(write: (prepare: () => Prepared) => Promise<{ result: T; position: WritePosition }>) {
    let prepared = prepare()
    // The victim of a deadlock runs again.
    const { result, position } = await write(() => (prepared = prepare()))
    const { keys, works, rewritten, isOutdated } = prepared
    const [isTold] = await Promise.all([
      cache.invalidate(keys, position),
      ...works.map((work) => work(position).catch(noteLate)),
    ])
    readAgain(keys, position)
    // After the caches, from which pages are made.
    pages.counted(rewritten.soon)
    await pages.changed([...rewritten.surely, ...rewritten.now])
    return { result, position, isTold: isTold && !isOutdated() }
  }

  const inTransaction = <T>(effect: (trx: Writer, after: AfterCommit) => Promise<T>) =>
    commit((prepare) =>
      postgres.write(async (trx) => {
        const { after, rewritten } = prepare()
        const result = await effect(trx, after)
        await purgeSurely(trx, rewritten.surely)
        return result
      }),
    )

  /** Before the answer. @throws AppError session.required when the account was deleted meanwhile */
  async function ownedBy<T>(accountId: string, committed: ReturnType<typeof commit<T>>): Promise<T> {
    const { result, position, isTold } = await committed.catch((error: unknown) => {
      throw isMissing(error, accountId) ? new AppError('session.required', 'This account was deleted.') : error
    })
    await record(accountId, position, isTold ? '' : STRICT_MARK)
    return result
  }

  return {
    read(viewer, query) {
      if (viewer.work) viewer.work.queries += 1
      return postgres.read(viewer.scope, query)
    },
    cached(viewer, kind, ids, trace) {
      const { work } = viewer
      if (work) work.lookups += 1
      const load = loadOf(kind, () => void (work && (work.queries += 1)))
      return cache.getMany(kind, ids, viewer.scope, load, trace)
    },
    readPrimary: (query) => postgres.read('primary', query),
    write: (accountId, effect) => ownedBy(accountId, inTransaction(effect)),
    writeStatement: (accountId, effect) =>
      ownedBy(
        accountId,
        commit((prepare) => postgres.writeStatement((db) => effect(db, prepare().after))),
      ),
    writeUnowned: inTransaction,
  }
}

interface Prepared {
  after: AfterCommit
  keys: CacheKey[]
  works: ((position: WritePosition) => Promise<void>)[]
  rewritten: Record<'surely' | 'now' | 'soon', string[]>
  isOutdated: () => boolean
}

function prepare(): Prepared {
  const keys: Prepared['keys'] = []
  const works: Prepared['works'] = []
  const rewritten: Prepared['rewritten'] = { surely: [], now: [], soon: [] }
  let isOutdated = false
  const after: AfterCommit = {
    touch: (kind, ...ids) => void keys.push(...ids.map((id) => ({ kind, id }))),
    recount: (kind, ...ids) => void keys.push(...ids.map((id) => ({ kind, id, lingers: true }))),
    outdate: () => void (isOutdated = true),
    rewrite: (urls, when) => void rewritten[when].push(...urls),
    run: (work) => void works.push(work),
  }
  return { after, keys, works, rewritten, isOutdated: () => isOutdated }
}
