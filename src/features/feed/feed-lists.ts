import { randomBytes } from 'node:crypto'
import { chunksOf } from '../../platform/chunks.ts'
import { splitIds } from '../../platform/ids.ts'
import type { Log } from '../../platform/log.ts'
import type { WritePosition } from '../../platform/postgres.ts'
import { POSITION_TTL_SECONDS, type RedisMain } from '../../platform/redis.ts'
import * as scripts from './feed-scripts.ts'

/** Who does not look for so long gets a new list on return. */
const LIST_TTL_SECONDS = 14 * 24 * 3_600
/** Of a list whose builder died. */
const BUILD_TTL_SECONDS = 60
/** Longer than any replica in use is behind. */
const COMMON_FLOOR_TTL_SECONDS = 3_600
/** For how long a first page is believed: an app server of an older release, which knows none, may change the list. */
const FIRST_PAGE_SECONDS = 60
/** Lists of one script run, which others wait for: some three milliseconds. */
const CHUNK = 50
/** Of the server's run id: what tells one life from another. */
const LIFE_CHARS = 12

const COMMON_FLOOR = 'feed-floor'
const seconds = () => Math.floor(Date.now() / 1_000)
const headKey = (accountId: string) => `feed:${accountId}`
const idsKey = (accountId: string) => `feed-ids:${accountId}`
const floorKey = (accountId: string) => `feed-floor:${accountId}`

export interface FeedList {
  /** Newest first. */
  ids: string[]
  /** Nothing older than the last of `ids` is missing. */
  isEnd: boolean
  /** Accounts whose photos are merged at read. */
  pulled: string[]
  builtAtMs: number
}

/** There is a list, but photos of these accounts, followed since, have yet to join it. */
export interface Unjoined {
  accountIds: string[]
  /** The tables must be read where this has been replayed; null: where anything has. */
  floor: WritePosition | null
}

/** Which accounts are merged at read, when the list was built (seconds), its ids. */
type ReadIds = [pulled: string, builtAt: string, ids: string]

export interface Build {
  token: string
  /** The tables must be read where this has been replayed; null: where anything has. */
  floor: WritePosition | null
  /** Floors may have been lost: only the primary will do. */
  isUnsure: boolean
}

export type FeedLists = ReturnType<typeof createFeedLists>

/**
 * The feeds of whoever looked lately, on redis-main. A copy that can be made again: a list of another life of the server is
 * not believed, and a list that is being built is filled from tables at least as new as every push that passed it by.
 */
export function createFeedLists(redisMain: RedisMain, log: Log) {
  const { client } = redisMain
  const postponed = new Map<string, WritePosition>()

  /** @throws when redis-main is not connected: nobody knows which lists are of its present life. */
  function life(): string {
    const epoch = redisMain.epoch()
    if (epoch === null) throw new Error('redis-main is not connected')
    return epoch.slice(0, LIFE_CHARS)
  }

  async function readIds(accountId: string, values: (string | number)[]): Promise<ReadIds | string | null> {
    // A list of this server, in the shape that the script returns.
    const answer = scripts.readList(client, [headKey(accountId), idsKey(accountId)], values) as Promise<
      ReadIds | string | null
    >
    return answer.catch(() => null)
  }

  /** The same for a first page, which the head has at hand until the ids change: a script costs redis-main six times as much. */
  async function readFirst(accountId: string, lived: string, count: number): ReturnType<typeof readIds> {
    const head = await client.hmget(headKey(accountId), 'e', 't', 'j', 'p', 'b', 'f').catch(() => null)
    // Asked again, a Redis that hangs would be waited for twice.
    if (head === null) return null
    const [madeIn, token, joining, pulled, builtAt, first] = head
    const [readAt, readCount, ids = ''] = first?.split(' ') ?? []
    const isKept = Number(readCount) === count && seconds() - Number(readAt) < FIRST_PAGE_SECONDS
    if (isKept && builtAt && madeIn === lived && !token && !joining) return [pulled ?? '', builtAt, ids]
    return readIds(accountId, [lived, '+', count, seconds()])
  }

  async function forgetNow(accountIds: readonly string[], position: WritePosition): Promise<void> {
    for (const chunk of chunksOf(accountIds, CHUNK)) {
      const keys = chunk.flatMap((id) => [headKey(id), idsKey(id), floorKey(id)])
      await scripts.forgetLists(client, keys, [position, POSITION_TTL_SECONDS])
    }
  }
  function postpone(accountIds: readonly string[], position: WritePosition, error: unknown): void {
    for (const id of accountIds) postponed.set(id, position)
    log.warn({ event: 'feed.forget_postponed', error: String(error) })
  }
  client.on('ready', () => {
    for (const [accountId, position] of postponed) {
      forgetNow([accountId], position).then(
        () => void (postponed.get(accountId) === position && postponed.delete(accountId)),
        () => undefined,
      )
    }
  })

  return {
    /** At most `count` ids before `before`. Null: there is no list, or nobody can tell. One round trip; another where the list has changed. */
    async read(accountId: string, before: string | null, count: number): Promise<FeedList | Unjoined | null> {
      if (redisMain.epoch() === null) return null
      const answer = await (before === null
        ? readFirst(accountId, life(), count)
        : readIds(accountId, [life(), `(${before}`, count]))
      if (!answer) return null
      if (typeof answer === 'string') {
        const floor = await client.get(floorKey(accountId)).catch(() => undefined)
        return floor === undefined ? null : { accountIds: splitIds(answer), floor }
      }
      const [pulled, builtAt, joined] = answer
      const ids = splitIds(joined)
      const isEnd = ids.at(-1) === scripts.END
      if (isEnd) ids.pop()
      return { ids, isEnd, pulled: splitIds(pulled), builtAtMs: Number(builtAt) * 1_000 }
    },

    /** Photos of accounts, as `read` told them, newest first, and those of the accounts that are merged at read. */
    async join(
      accountId: string,
      accountIds: readonly string[],
      { ids, pulled }: Pick<FeedList, 'ids' | 'pulled'>,
    ): Promise<void> {
      const values = [life(), accountIds.join(), pulled.join(), ids.join()]
      await scripts.join(client, [headKey(accountId), idsKey(accountId)], values)
    },

    /** Null: redis-main cannot be asked. */
    async begin(accountId: string): Promise<Build | null> {
      if (redisMain.epoch() === null) return null
      const token = randomBytes(8).toString('hex')
      const keys = [headKey(accountId), idsKey(accountId), floorKey(accountId), COMMON_FLOOR]
      // Two positions or nils.
      const floors = (await scripts.beginList(client, keys, [life(), token, BUILD_TTL_SECONDS]).catch(() => null)) as
        (string | null)[] | null
      if (!floors) return null
      const known = floors.filter((floor) => floor !== null).toSorted()
      return { token, floor: known.at(-1) ?? null, isUnsure: !redisMain.isSettled() }
    },

    /** `ids` newest first; `isEnd`: these are all. Dropped when the list was forgotten since `begin`. */
    async finish(
      accountId: string,
      token: string,
      { ids, isEnd, pulled }: Pick<FeedList, 'ids' | 'isEnd' | 'pulled'>,
    ): Promise<void> {
      const values = [token, seconds(), LIST_TTL_SECONDS, isEnd ? 1 : 0, pulled.join(), ids.join()]
      // A list that was not stored is built again by the next page.
      await scripts.finishList(client, [headKey(accountId), idsKey(accountId)], values).catch(() => undefined)
    },

    /** Into the lists that there are; how many. `pull`: from now on the author's photos are merged at read. @throws when redis-main cannot be told */
    async push(accountIds: readonly string[], photoId: string, pull: string | null = null): Promise<number> {
      let count = 0
      for (const chunk of chunksOf(accountIds, CHUNK)) {
        const keys = chunk.flatMap((id) => [headKey(id), idsKey(id)])
        count += Number(await scripts.pushToLists(client, keys, [life(), photoId, pull ?? '']))
      }
      return count
    },

    /** @throws when redis-main cannot be told */
    async drop(accountIds: readonly string[], photoIds: readonly string[]): Promise<void> {
      for (const chunk of chunksOf(accountIds, CHUNK)) {
        const keys = chunk.flatMap((id) => [headKey(id), idsKey(id)])
        await scripts.dropFromLists(client, keys, photoIds)
      }
    },

    /** Into the author's own list, and no list of theirs is built from tables older than this. */
    async pushOwn(accountId: string, photoId: string, position: WritePosition): Promise<void> {
      await scripts.raiseFloor(client, [floorKey(accountId)], [position, POSITION_TTL_SECONDS])
      await this.push([accountId], photoId)
    },

    /** Lists that are built from now on are built from tables at least this new. Before the first push. */
    async raiseCommonFloor(position: WritePosition): Promise<void> {
      await scripts.raiseFloor(client, [COMMON_FLOOR], [position, COMMON_FLOOR_TTL_SECONDS])
    },

    /** They are built again when their owners look. Postponed while redis-main cannot be told. */
    async forget(accountIds: readonly string[], position: WritePosition): Promise<void> {
      await forgetNow(accountIds, position).catch((error: unknown) => postpone(accountIds, position, error))
    },

    /** What the account, followed at `position`, published joins the list when its owner looks. */
    async follow(ownerId: string, accountId: string, position: WritePosition): Promise<void> {
      const keys = [headKey(ownerId), idsKey(ownerId), floorKey(ownerId)]
      const told = async () => scripts.joinLater(client, keys, [life(), position, POSITION_TTL_SECONDS, accountId])
      await told().catch((error: unknown) => postpone([ownerId], position, error))
    },
  }
}
