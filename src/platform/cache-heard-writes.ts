import type { Redis } from 'ioredis'

/** No token is asked about for longer: it is the record of an account that wrote within this time. */
const TOKEN_TTL_MS = 30_000
const WRITES_CHANNEL = 'cache:writes'

export interface HeardWrites {
  readonly channel: string
  /** Tells all processes of a write that redis-cache has been told of. Nobody waits for it: who misses it goes by positions. */
  announce(token: string): void
  /** Whether this process has heard of all that was made known before `token` was announced. */
  includes(token: string): boolean
  /** A message came on `channel`. */
  heard(token: string): void
  /** The connection was lost or is new: what was heard before counts no more. */
  clear(): void
}

/** A server sends the messages of all channels to a connection in the order in which they were published. */
export function createHeardWrites(redis: Redis): HeardWrites {
  // Two generations in place of a time for each.
  let [young, old] = [new Set<string>(), new Set<string>()]
  let turnedAtMs = Date.now()
  return {
    channel: WRITES_CHANNEL,
    announce: (token) => void redis.publish(WRITES_CHANNEL, token).catch(() => undefined),
    includes: (token) => young.has(token) || old.has(token),
    heard(token) {
      const nowMs = Date.now()
      if (nowMs - turnedAtMs > TOKEN_TTL_MS) [young, old, turnedAtMs] = [new Set(), young, nowMs]
      young.add(token)
    },
    clear() {
      young.clear()
      old.clear()
    },
  }
}
