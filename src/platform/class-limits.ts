import type { FastifyReply } from 'fastify'
import type { CallLimits } from './config.ts'
import { createGatheredLimit } from './gathered-limit.ts'
import type { Log } from './log.ts'
import { createRateLimit, takeAll, type RateLimit } from './rate-limits.ts'
import type { RedisMain } from './redis.ts'
import type { LimitClass } from './route-manifest.ts'

export interface ClassLimits extends AsyncDisposable {
  /** Takes one call of this class from whoever asks. @throws AppError request.rate_limited */
  take(limitClass: LimitClass, client: string, reply: Pick<FastifyReply, 'header'>): Promise<void>
}

/**
 * A budget per account, or per client address for who is not signed in. Reads are counted beside the request, since a round
 * trip would cost more than many of them; what writes asks Redis each time.
 */
export function createClassLimits(redisMain: RedisMain, limits: CallLimits, log: Log): ClassLimits {
  const reads = createGatheredLimit(redisMain, { name: 'read', points: limits.readsPerMinute, windowSeconds: 60 }, log)
  const writes = createRateLimit(redisMain, { name: 'write', points: limits.writesPerMinute, windowSeconds: 60 })
  const uploads = createRateLimit(redisMain, { name: 'upload', points: limits.uploadsPerHour, windowSeconds: 3_600 })
  const budgets: Record<LimitClass, readonly RateLimit[]> = {
    read: [reads],
    write: [writes],
    // Narrow first: a refusal takes nothing of what stands behind it.
    upload: [uploads, writes],
    'sign-in': [],
    'sign-up': [],
    none: [],
  }
  return {
    async take(limitClass, client, reply) {
      const budget = budgets[limitClass]
      if (budget.length > 0)
        await takeAll(
          reply,
          budget.map((limit) => [limit, client] as const),
        )
    },
    [Symbol.asyncDispose]: () => reads[Symbol.asyncDispose](),
  }
}
