import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'

/** Tokens that are first seen within this time share one message. */
const GATHER_MS = 10
/** No token lives longer: it is the position of an account that wrote within this time. */
const TOKEN_TTL_MS = 30_000

export interface Fence {
  readonly channel: string
  /**
   * Whether this process has heard of all that was made known before it first saw `token`. False the first time, and true
   * some milliseconds later: then a message of our own has come back, after all those.
   */
  isPast(token: string): boolean
  /** A message came on `channel`. */
  heard(message: string): void
  /** From now on messages arrive, or they no longer do: what was known before counts no more. */
  listen(isListening: boolean): void
}

/** A server sends the messages of all channels to a connection in the order in which they were published. */
export function createFence(redis: Redis): Fence {
  const channel = `cache:fence:${randomBytes(8).toString('hex')}`
  // By token the number of the message that has to come back, in two generations.
  let [seen, seenBefore] = [new Map<string, number>(), new Map<string, number>()]
  let turnedAtMs = Date.now()
  let [sent, returned] = [0, 0]
  let timer: NodeJS.Timeout | null = null
  let isListening = false

  function send(): void {
    timer = null
    sent += 1
    // One that is lost lets its tokens wait for the next.
    redis.publish(channel, String(sent)).catch(() => undefined)
  }

  return {
    channel,
    isPast(token) {
      if (!isListening) return false
      const needed = seen.get(token) ?? seenBefore.get(token)
      if (needed !== undefined) return needed <= returned
      const nowMs = Date.now()
      if (nowMs - turnedAtMs > TOKEN_TTL_MS) [seen, seenBefore, turnedAtMs] = [new Map(), seen, nowMs]
      seen.set(token, sent + 1)
      timer ??= setTimeout(send, GATHER_MS).unref()
      return false
    },
    heard: (message) => void (returned = Math.max(returned, Number(message))),
    listen(listening) {
      isListening = listening
      seen.clear()
      seenBefore.clear()
    },
  }
}
