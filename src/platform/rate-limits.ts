import { isIPv6 } from 'node:net'
import type { FastifyReply } from 'fastify'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { AppError } from './errors.ts'
import type { RedisMain } from './redis.ts'

export interface RateLimitOptions {
  /** Names the policy in headers and its keys in Redis. */
  name: string
  /** How many within the window. */
  points: number
  windowSeconds: number
}

export interface RateLimit {
  readonly options: RateLimitOptions
  take(key: string): Promise<Taken>
  /** Undoes one `take`, for what turned out not to count. */
  giveBack(key: string): Promise<void>
}

interface Taken {
  isAllowed: boolean
  remaining: number
  resetSeconds: number
}

/** Counts on redis-main for all app servers together; while that is down each server counts for itself. */
export function createRateLimit(redisMain: RedisMain, options: RateLimitOptions): RateLimit {
  const { name, points, windowSeconds } = options
  const limiter = new RateLimiterRedis({
    storeClient: redisMain.client,
    rejectIfRedisNotReady: true,
    keyPrefix: `limit:${name}`,
    points,
    duration: windowSeconds,
    insuranceLimiter: new RateLimiterMemory({ keyPrefix: name, points, duration: windowSeconds }),
  })
  return {
    options,
    async take(key) {
      try {
        return toTaken(await limiter.consume(key), true)
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return toTaken(refusal, false)
        throw refusal
      }
    },
    async giveBack(key) {
      await limiter.reward(key)
    },
  }
}

/**
 * Takes one of each limit in turn and tells the client where it stands (draft-ietf-httpapi-ratelimit-headers).
 * A refusal takes nothing of the limits behind it: who is stopped by a narrow limit cannot use up a wide one that others share.
 * @throws AppError request.rate_limited
 */
export async function takeAll(
  reply: Pick<FastifyReply, 'header'>,
  wanted: readonly (readonly [limit: RateLimit, key: string])[],
): Promise<void> {
  const states: string[] = []
  for (const [limit, key] of wanted) {
    const { isAllowed, remaining, resetSeconds } = await limit.take(key)
    states.push(`"${limit.options.name}";r=${remaining};t=${resetSeconds}`)
    reply.header('ratelimit', states.join(', '))
    if (isAllowed) continue
    reply.header('ratelimit-policy', wanted.map(([each]) => policy(each.options)).join(', '))
    throw new AppError('request.rate_limited', `Wait ${waitText(resetSeconds)} and try again.`, {
      retryAfterSeconds: resetSeconds,
    })
  }
  reply.header('ratelimit-policy', wanted.map(([each]) => policy(each.options)).join(', '))
}

/**
 * Runs `attempt`, which counts only if `counts` says so: as an error of that kind, or null for success.
 * Taken first and given back afterwards, so that many attempts at once do not slip past the limit together.
 * @throws AppError request.rate_limited, and what `attempt` throws
 */
export async function limited<T>(
  reply: Pick<FastifyReply, 'header'>,
  wanted: readonly (readonly [limit: RateLimit, key: string])[],
  counts: (error: unknown) => boolean,
  attempt: () => Promise<T>,
): Promise<T> {
  await takeAll(reply, wanted)
  let failure: unknown = null
  try {
    return await attempt()
  } catch (error) {
    failure = error
    throw error
  } finally {
    if (!counts(failure)) await Promise.all(wanted.map(([limit, key]) => limit.giveBack(key)))
  }
}

/** What stands for one client: an IPv4 address, or the /64 that one IPv6 subscriber is given. */
export function clientKey(address: string): string {
  const bare = address.replace(/%.*$/, '')
  if (!isIPv6(bare)) return bare
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)
  if (mapped?.[1]) return mapped[1]
  // The URL parser writes any IPv6 address in its one canonical form.
  const canonical = new URL(`http://[${bare}]/`).hostname.slice(1, -1)
  const [head = '', tail] = canonical.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail ? tail.split(':') : []
  const full = tail === undefined ? groups : [...groups, ...Array(8 - groups.length - after.length).fill('0'), ...after]
  return `${full.slice(0, 4).join(':')}::/64`
}

function policy({ name, points, windowSeconds }: RateLimitOptions): string {
  return `"${name}";q=${points};w=${windowSeconds}`
}

function waitText(seconds: number): string {
  return seconds <= 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`
}

function toTaken(result: RateLimiterRes, isAllowed: boolean): Taken {
  return {
    isAllowed,
    remaining: result.remainingPoints,
    resetSeconds: Math.max(1, Math.ceil(result.msBeforeNext / 1_000)),
  }
}
