import type { FastifyRequest } from 'fastify'

/** What is declared once for each route and enforced or published everywhere else. */
export interface RouteManifest {
  /** Who may call. */
  access: 'public' | 'member' | 'operator'
  /** Where its reads go: any replica, a replica that has the viewer's own writes, or the primary. */
  reads: 'none' | 'replica' | 'sticky' | 'primary'
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

export function routeLabel(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'unknown'
}
