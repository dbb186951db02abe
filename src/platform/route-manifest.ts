import type { FastifyRequest } from 'fastify'
import type { ShedClass } from './shed-policy.ts'

/** What is declared once for each route and enforced or published everywhere else. */
export interface RouteManifest {
  /** Who may call. */
  access: 'public' | 'member' | 'operator'
  /** Where its reads go: any replica, a replica that has the viewer's own writes, or the primary. */
  reads: 'none' | 'replica' | 'sticky' | 'primary'
  /** How long the answer to a signed-out visitor may be kept, and where. Absent: nowhere (`private, no-store`). */
  cache?: RouteCache
  /** Which budget a call takes from. Absent: `read` for GET, `write` for everything else. */
  limit?: LimitClass
  /** Begun while the session is looked up, for whoever the token names; nothing of it may be answered before that is confirmed. */
  ahead?: (request: FastifyRequest, accountId: string) => void
  /** When an overloaded app server refuses it. Absent: `heavy` for uploads, `read` for GET, `write` for everything else. */
  shed?: ShedClass
}

export interface RouteCache {
  /** At NGINX, whose copies are purged by address. */
  sharedSeconds: number
  /** In a browser, which nobody can purge: 0 means that it asks again each time and mostly hears "not modified". */
  browserSeconds: number
  /** At a PoP or a commercial CDN. */
  cdnSeconds: number
  /** Names under which a CDN may be told to forget it. */
  tags: (params: Readonly<Record<string, string>>) => string[]
}

export interface DeclaredRoute {
  method: string
  url: string
  manifest: RouteManifest
}

/** `sign-in` and `sign-up` are counted by their routes, which alone know what was a wrong guess. */
export type LimitClass = 'read' | 'write' | 'upload' | 'sign-in' | 'sign-up' | 'none'

const PUBLIC_PAGE_SECONDS = 600

/**
 * A page about everyone's business: NGINX keeps it for ten minutes and is told of changes. A browser could not be told, and
 * would go on showing what was deleted; a CDN is not asked to keep what changes with every like.
 */
export function publicPage(tags: RouteCache['tags']): RouteCache {
  return { sharedSeconds: PUBLIC_PAGE_SECONDS, browserSeconds: 0, cdnSeconds: 0, tags }
}

/** The `config` of a route: `config: route({ access: 'member', reads: 'sticky' })`. */
export function route(manifest: RouteManifest): { manifest: RouteManifest } {
  return { manifest }
}

/** Null for what is no API route of ours (the documentation's assets, unknown addresses). */
export function manifestOf(config: unknown): RouteManifest | null {
  // The one place where a route's untyped `config` is read back; `route` is the only writer of `manifest`.
  return (config as { manifest?: RouteManifest } | undefined)?.manifest ?? null
}

export function limitOf(manifest: RouteManifest, method: string): LimitClass {
  return manifest.limit ?? (method === 'GET' || method === 'HEAD' ? 'read' : 'write')
}

/** Unknown addresses and the documentation are reads like others. */
export function shedClassOf(manifest: RouteManifest | null, method: string): ShedClass {
  if (manifest?.shed) return manifest.shed
  if (manifest?.limit === 'upload') return 'heavy'
  return method === 'GET' || method === 'HEAD' ? 'read' : 'write'
}

/** What the API's description says of a route beyond its schemas. */
export function extensionsOf(manifest: RouteManifest, method: string): Record<`x-${string}`, unknown> {
  const { cache } = manifest
  return {
    'x-access': manifest.access,
    'x-reads': manifest.reads,
    'x-limit': limitOf(manifest, method),
    'x-shed': shedClassOf(manifest, method),
    'x-cache': cache
      ? { sharedSeconds: cache.sharedSeconds, browserSeconds: cache.browserSeconds, cdnSeconds: cache.cdnSeconds }
      : 'none',
  }
}

export function routeLabel(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'unknown'
}
