import { chunksOf } from '../../platform/chunks.ts'
import type { ViewerAccount } from '../../platform/viewer.ts'
import { positionKey } from '../../platform/consistency.ts'
import { script, type RedisMain } from '../../platform/redis.ts'

/** What Redis keeps of a session's row. */
export interface SessionCopy {
  sessionId: string
  account: ViewerAccount
  expiresAtMs: number
}

/** `gone`: the session is over for good. `changed`: copies made before are wrong, and may still be on their way. */
export type Hold = 'gone' | 'changed'

export interface Looked {
  copy: SessionCopy | null
  hold: Hold | null
  /** The account's write position. */
  position: string | null
  /** The life of the Redis server that answered. */
  epoch: string
}

const COPY_TTL_SECONDS = 300
/** Longer than any copy lives, and longer than any fill is under way. */
const HOLD_TTL_SECONDS = { gone: COPY_TTL_SECONDS + 60, changed: 60 }
/** A fill that took longer is dropped: the hold that would have stopped it may have ended. */
const FILL_MAX_MS = 30_000
const CHUNK = 200

/** KEYS copy, hold; ARGV copy, seconds. */
const keepCopy = script(`if redis.call('exists', KEYS[2]) == 1 then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'ex', ARGV[2])
return 1`)

/** KEYS copy and hold of each; ARGV hold, seconds. */
const forgetCopies = script(`for index = 1, #KEYS, 2 do
  if redis.call('get', KEYS[index + 1]) ~= 'gone' then redis.call('set', KEYS[index + 1], ARGV[1], 'ex', ARGV[2]) end
  redis.call('del', KEYS[index])
end
return 1`)

export type SessionCopies = ReturnType<typeof createSessionCopies>

/** Copies of session rows on redis-main, for at most five minutes and never beyond the server's life. */
export function createSessionCopies(redisMain: RedisMain) {
  const { client } = redisMain
  return {
    /** One round trip. Null when Redis cannot tell. */
    async look(tokenHash: string, accountId: string): Promise<Looked | null> {
      const epoch = redisMain.epoch()
      if (epoch === null) return null
      const keys = [copyKey(epoch, tokenHash), holdKey(tokenHash), positionKey(accountId)]
      const values = await client.mget(keys).catch(() => null)
      // A command that was sent again after a restart has been answered by another server than we asked.
      if (!values || redisMain.epoch() !== epoch) return null
      const [copy = null, hold = null, position = null] = values
      return {
        // Written by `keep` and `forget` alone.
        copy: copy === null ? null : (JSON.parse(copy) as SessionCopy),
        hold: hold as Hold | null,
        position,
        epoch,
      }
    },

    /** Stores what was read from the primary after `readAtMs`, unless the session was revoked or changed meanwhile. */
    async keep(tokenHash: string, copy: SessionCopy, epoch: string, readAtMs: number): Promise<void> {
      const now = Date.now()
      const ttlSeconds = Math.min(COPY_TTL_SECONDS, Math.floor((copy.expiresAtMs - now) / 1_000))
      if (ttlSeconds < 1 || now - readAtMs > FILL_MAX_MS) return
      const keys = [copyKey(epoch, tokenHash), holdKey(tokenHash)]
      // A copy that was not stored costs the next request a query.
      await keepCopy(client, keys, [JSON.stringify(copy), ttlSeconds]).catch(() => undefined)
    },

    /** Removes copies and keeps fills that are under way from bringing them back. @throws when Redis could not be told */
    async forget(tokenHashes: readonly string[], hold: Hold): Promise<void> {
      if (tokenHashes.length === 0) return
      const epoch = redisMain.epoch()
      if (epoch === null) throw new Error('redis-main is not connected')
      for (const chunk of chunksOf(tokenHashes, CHUNK)) {
        const keys = chunk.flatMap((tokenHash) => [copyKey(epoch, tokenHash), holdKey(tokenHash)])
        await forgetCopies(client, keys, [hold, HOLD_TTL_SECONDS[hold]])
      }
      if (redisMain.epoch() !== epoch) throw new Error('redis-main restarted meanwhile')
    },
  }
}

function copyKey(epoch: string, tokenHash: string): string {
  return `session:${epoch}:${tokenHash}`
}

function holdKey(tokenHash: string): string {
  return `session-hold:${tokenHash}`
}
