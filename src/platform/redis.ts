import { createHash } from 'node:crypto'
import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis, type Command } from 'ioredis'
import type { RedisAddress } from './config.ts'
import type { Log } from './log.ts'

export type RedisMain = RedisServer

export interface RedisServer extends AsyncDisposable {
  readonly client: Redis
  /**
   * Changes whenever the server restarts. Copies of rows are keyed by it, so that none survives a restart
   * (the server may come back with files older than what was revoked meanwhile). Null while not connected.
   */
  epoch(): string | null
  /** Whether the server has run long enough that positions and tombstones missing from it have expired anyway. */
  isSettled(): boolean
}

/** Write positions live this long; a server younger than this may have lost one. */
export const POSITION_TTL_SECONDS = 30

const EPOCH_RETRY_MS = 100
/** A command that takes longer is failed: callers fall back to PostgreSQL. */
const COMMAND_TIMEOUT_MS = 1_000
const LATE_LOOK_MS = 50
const PING_EVERY_MS = 250
/** Of pings in a row. One alone may be our own doing, when this process was too busy to read the answer in time. */
const UNANSWERED_MAX = 2
/** A frozen server does not close its end; we do not wait for it to. */
const DISCONNECT_TIMEOUT_MS = 50

export function connectRedis(
  target: RedisAddress,
  password: string,
  log: Log,
  name: string,
  commandTimeoutMs: number = COMMAND_TIMEOUT_MS,
): Redis {
  const client = new Redis({
    ...target,
    password,
    connectionName: name,
    connectTimeout: 500,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 1_000),
  })
  client.on('connect', () => gatherWrites(client.stream))
  failUnanswered(client, commandTimeoutMs)
  let isDown = false
  client.on('error', (error) => {
    if (!isDown) log.warn({ event: 'redis.down', server: name, error: error.message })
    isDown = true
  })
  client.on('ready', () => {
    if (isDown) log.info({ event: 'redis.up', server: name })
    isDown = false
  })
  return client
}

/**
 * Fails commands that are not answered in time, up to `LATE_LOOK_MS` later. The client's own `commandTimeout` is a timer for each
 * and a slower object, which was a sixteenth of an app server's CPU.
 */
function failUnanswered(client: Redis, timeoutMs: number): void {
  let unanswered: { command: Command; sinceMs: number }[] = []
  const send = client.sendCommand.bind(client)
  client.sendCommand = (command, stream) => {
    unanswered.push({ command, sinceMs: performance.now() })
    return send(command, stream)
  }
  const look = setInterval(() => {
    const lateMs = performance.now() - timeoutMs
    unanswered = unanswered.filter(({ command }) => !command.isSettled)
    for (const { command, sinceMs } of unanswered) if (sinceMs < lateMs) command.reject(new Error('Command timed out'))
  }, LATE_LOOK_MS).unref()
  client.on('end', () => clearInterval(look))
}

/** What is written within one turn of the event loop leaves with one system call. */
function gatherWrites(socket: Writable): void {
  const write = socket.write.bind(socket)
  let isGathering = false
  const leave = () => {
    isGathering = false
    socket.uncork()
  }
  socket.write = ((...given: Parameters<typeof write>) => {
    if (!isGathering) {
      isGathering = true
      socket.cork()
      setImmediate(leave)
    }
    return write(...given)
  }) as typeof write
}

export function openRedis(
  target: RedisAddress,
  password: string,
  log: Log,
  name: string,
  commandTimeoutMs?: number,
): RedisServer {
  const client = connectRedis(target, password, log, name, commandTimeoutMs)
  let epoch: string | null = null
  let startedAtMs = Number.POSITIVE_INFINITY
  client.on('close', () => {
    epoch = null
  })
  const learnEpoch = async () => {
    while (epoch === null && client.status === 'ready') {
      const info = await client.info('server').catch(() => '')
      startedAtMs = Date.now() - Number(/uptime_in_seconds:(\d+)/.exec(info)?.[1] ?? 0) * 1_000
      epoch = /run_id:(\w+)/.exec(info)?.[1] ?? null
      if (epoch === null) await sleep(EPOCH_RETRY_MS)
    }
  }
  client.on('ready', () => void learnEpoch())
  const watch = dropWhenSilent(client)
  return {
    client,
    epoch: () => epoch,
    isSettled: () => epoch !== null && Date.now() - startedAtMs > POSITION_TTL_SECONDS * 1_000,
    [Symbol.asyncDispose]() {
      clearInterval(watch)
      return closeRedis(client)
    },
  }
}

/** A connection for messages. Of a server that falls silent it is dropped, so that nobody goes on relying on messages that do not come. */
export function openSubscriber(
  target: RedisAddress,
  password: string,
  log: Log,
  name: string,
): { client: Redis } & AsyncDisposable {
  const client = connectRedis(target, password, log, name)
  const watch = dropWhenSilent(client)
  return {
    client,
    [Symbol.asyncDispose]() {
      clearInterval(watch)
      return closeRedis(client)
    },
  }
}

/**
 * Drops the connection to a server that answers nobody. From then on commands fail at once instead of after their time-out,
 * until a new connection is answered; trying that is up to the client.
 */
function dropWhenSilent(client: Redis): NodeJS.Timeout {
  let unanswered = 0
  let isAsking = false
  return setInterval(() => {
    if (isAsking || client.status !== 'ready') return
    isAsking = true
    client
      .ping()
      .then(
        () => (unanswered = 0),
        () => {
          unanswered += 1
          if (unanswered < UNANSWERED_MAX) return
          unanswered = 0
          client.disconnect(true)
        },
      )
      .finally(() => (isAsking = false))
  }, PING_EVERY_MS).unref()
}

export function openRedisMain(target: RedisAddress, password: string, log: Log): RedisMain {
  return openRedis(target, password, log, 'redis-main')
}

/** A Lua script, sent by its digest: whole only to a server that does not know it yet. */
export function script(lua: string) {
  const digest = createHash('sha1').update(lua).digest('hex')
  return async (client: Redis, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> => {
    try {
      return await client.evalsha(digest, keys.length, ...keys, ...values)
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return client.eval(lua, keys.length, ...keys, ...values)
    }
  }
}

export async function closeRedis(client: Redis): Promise<void> {
  if (client.status === 'ready') await client.quit().catch(() => undefined)
  client.disconnect()
}
