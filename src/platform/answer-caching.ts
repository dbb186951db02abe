import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { pageUrl } from '../contract/public-pages.ts'
import { manifestOf, type RouteCache } from './route-manifest.ts'
import { setViewer, viewerOf } from './viewer.ts'
import type { PageMark, VisitorPages } from './visitor-pages.ts'

const PERSONAL = 'private, no-store'
const SESSION_COOKIES = ['mg', '__Host-mg'] as const
/** A visitor's answer and a member's are different answers at one address. */
const VARY = 'Cookie, Authorization'
/** For a page of which nobody can tell whether it changed: a burst is still one fill. */
export const UNCERTAIN_SECONDS = 1

const NOTHING: ReadonlySet<number> = new Set([404, 410])
const marks = new WeakMap<FastifyRequest, PageMark>()

export interface AnswerCachingDeps {
  pages: Pick<VisitorPages, 'beginFill' | 'markOf'>
  canReadPrimary: () => boolean
}

/** Every header about caching, from the route's manifest. What is not declared is `private, no-store`. */
export function createAnswerCaching({ pages, canReadPrimary }: AnswerCachingDeps) {
  /** None for what changed while it was read: whoever waits for this fill may have been told of the change already. */
  async function secondsToKeep(request: FastifyRequest, cache: RouteCache): Promise<number> {
    const mark = marks.get(request)
    if (mark === undefined || mark === 'unknown') return UNCERTAIN_SECONDS
    const now = await pages.markOf(request.url)
    if (now === 'unknown') return UNCERTAIN_SECONDS
    return now === mark ? cache.sharedSeconds : 0
  }

  return {
    /**
     * Before a page is read that NGINX may keep for minutes: where it changed a moment ago it is read on the primary,
     * since a replica may be behind. One such read per change and page, for NGINX fills it once.
     */
    async beforeReading(request: FastifyRequest): Promise<void> {
      if (!manifestOf(request.routeOptions.config)?.cache || !isShareable(request)) return
      const mark = await pages.beginFill(request.url)
      const isChanged = mark !== 'unknown' && mark !== null
      if (isChanged && !canReadPrimary()) return
      marks.set(request, mark)
      if (isChanged) setViewer(request, { ...viewerOf(request), scope: 'primary' })
    },

    /** An `onSend` hook. */
    async describe(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
      const cache = manifestOf(request.routeOptions.config)?.cache
      const status = cacheStatus(request)
      if (status !== null) reply.header('cache-status', status)
      if (cache) reply.header('vary', VARY)
      // That there is nothing (any more) takes the place of what NGINX has kept: it would go on showing that as stale.
      if (cache && NOTHING.has(reply.statusCode) && isShareable(request)) {
        reply.header('x-accel-expires', String(UNCERTAIN_SECONDS)).header('cache-control', PERSONAL)
        return payload
      }
      if (!cache || reply.statusCode !== 200 || reply.hasHeader('set-cookie') || !isShareable(request)) {
        reply.header('x-accel-expires', '0')
        // Assets of the API's documentation say themselves how long they live; a cookie is nobody else's business.
        if (!reply.hasHeader('cache-control') || reply.hasHeader('set-cookie')) reply.header('cache-control', PERSONAL)
        return payload
      }
      // Before Cache-Control: NGINX 1.22 goes by whichever of the two it reads first.
      reply.header('x-accel-expires', String(await secondsToKeep(request, cache)))
      reply.header('cache-control', browserPolicy(cache))
      reply.header('cdn-cache-control', cache.cdnSeconds > 0 ? `public, max-age=${cache.cdnSeconds}` : 'no-store')
      reply.header('surrogate-key', cache.tags(paramsOf(request)).join(' '))
      // Counted for whoever filled the cache; the next reader has another budget.
      reply.removeHeader('ratelimit').removeHeader('ratelimit-policy')
      // Weak, because NGINX compresses. Hashed once per fill; NGINX answers "not modified" from its copy.
      if (typeof payload === 'string' || Buffer.isBuffer(payload)) reply.header('etag', `W/"${digest(payload)}"`)
      return payload
    },
  }
}

/** RFC 9211. A hit is an answer from memory and Redis alone; null where no cache was asked. The tiers in front append theirs. */
function cacheStatus(request: FastifyRequest): string | null {
  const { work } = viewerOf(request)
  if (!work || work.lookups === 0) return null
  return work.queries === 0 ? 'app; hit' : 'app; fwd=miss'
}

/** A visitor's read of the one spelling of the address that can be purged. */
export function isShareable(request: FastifyRequest): boolean {
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  if (!isRead || presentsSession(request)) return false
  return request.url === pageUrl(request.routeOptions.url ?? '', paramsOf(request))
}

/** Also a session that is over: what it is answered is an answer to somebody. */
function presentsSession(request: FastifyRequest): boolean {
  if (request.headers.authorization !== undefined) return true
  return SESSION_COOKIES.some((name) => request.cookies[name] !== undefined)
}

function browserPolicy({ browserSeconds }: RouteCache): string {
  return browserSeconds > 0 ? `public, max-age=${browserSeconds}` : 'public, max-age=0, must-revalidate'
}

/** Parameters in a path are strings, whatever the route calls them. */
function paramsOf(request: FastifyRequest): Record<string, string> {
  return request.params as Record<string, string>
}

function digest(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}
