import type { Cdn } from './cdn.ts'
import { chunksOf } from './chunks.ts'

/**
 * Purge requests per second and bucket size of each plan, per account; 100 tags a call on all of them
 * (developers.cloudflare.com/cache/how-to/purge-cache, as of July 2026).
 */
export const CLOUDFLARE_PLANS = {
  free: { perSecond: 5 / 60, burst: 25 },
  pro: { perSecond: 5, burst: 25 },
  business: { perSecond: 10, burst: 50 },
  enterprise: { perSecond: 50, burst: 500 },
} as const

export type CloudflarePlan = keyof typeof CLOUDFLARE_PLANS

export function isCloudflarePlan(name: string): name is CloudflarePlan {
  return Object.hasOwn(CLOUDFLARE_PLANS, name)
}

const TAGS_PER_CALL = 100
const CALL_TIMEOUT_MS = 10_000
/** For a 429 or 5xx that does not say when. */
const RETRY_AFTER_MS = 5_000

export interface CloudflareOptions {
  zone: string
  token: string
  plan: CloudflarePlan
  /** Tests stand in for it. */
  apiOrigin?: string
  nowMs?: () => number
}

/** Cloudflare's tag purge: `POST /zones/ZONE/purge_cache {"tags":[…]}`. */
export function createCloudflare(options: CloudflareOptions): Cdn {
  const { zone, token, plan, apiOrigin = 'https://api.cloudflare.com', nowMs = Date.now } = options
  const { perSecond, burst } = CLOUDFLARE_PLANS[plan]
  let tokens: number = burst
  let filledAtMs = nowMs()

  /** 0 when a call may go out now, else for how long to wait. */
  function waitMs(): number {
    const now = nowMs()
    tokens = Math.min(burst, tokens + ((now - filledAtMs) / 1_000) * perSecond)
    filledAtMs = now
    if (tokens < 1) return Math.ceil(((1 - tokens) / perSecond) * 1_000)
    tokens -= 1
    return 0
  }

  /** 0 when it was accepted, else for how long to wait. */
  async function call(tags: readonly string[]): Promise<number> {
    const answer = await fetch(new URL(`/client/v4/zones/${zone}/purge_cache`, apiOrigin), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ tags }),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    })
    const text = await answer.text()
    if (answer.status === 429 || answer.status >= 500) return retryAfterMs(answer.headers.get('retry-after'), nowMs())
    if (answer.ok && isSuccess(text)) return 0
    throw new Error(`Cloudflare answered ${answer.status}: ${text.slice(0, 300)}`)
  }

  return {
    async purge(tags) {
      const calls = chunksOf(tags, TAGS_PER_CALL)
      for (const [nr, some] of calls.entries()) {
        const pauseMs = waitMs() || (await call(some))
        if (pauseMs > 0) return { left: calls.slice(nr).flat(), retryAfterMs: pauseMs }
      }
      return { left: [], retryAfterMs: 0 }
    },
  }
}

/** Seconds or a date (RFC 9110 §10.2.3). */
function retryAfterMs(header: string | null, now: number): number {
  if (header === null) return RETRY_AFTER_MS
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - now
  return Number.isFinite(ms) && ms > 0 ? ms : RETRY_AFTER_MS
}

/** Their envelope says by itself whether it worked. */
function isSuccess(text: string): boolean {
  try {
    return (JSON.parse(text) as { success?: unknown }).success === true
  } catch {
    return false
  }
}
