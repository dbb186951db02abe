import { Type } from 'typebox'
import { Health, Instance, Liveness, Readiness, WebConfig } from '../../contract/system.ts'
import { isHttps, type App } from '../../platform/http.ts'
import type { Postgres } from '../../platform/postgres.ts'
import type { RedisMain } from '../../platform/redis.ts'
import { route } from '../../platform/route-manifest.ts'

export interface SystemDeps {
  instance: string
  release: string
  /** Where photos come from: a CDN with a name of its own, or the edge's ports beside the address that was asked. */
  edge: { origin: string | null; port: number; tlsPort: number }
  postgres: Postgres
  redisMain: RedisMain
  /** What `/health/ready` answers; the watcher takes a server that is starting or draining out of the rotation. */
  readiness: () => Readiness['status']
}

const STARTED_AT_MS = Date.now()
/** No budget: the balancer asks several times a second, and none of it touches a database. */
const anyone = { config: route({ access: 'public', reads: 'none', limit: 'none' }) }
/** An overloaded server is alive, and says so. */
const health = { config: route({ access: 'public', reads: 'none', limit: 'none', shed: 'never' }) }

/** Health for the balancer, the name of who answered, and what the web UI needs to know first. */
export function systemRoutes(app: App, deps: SystemDeps): void {
  app.get('/health/live', { ...health, schema: { response: { 200: Liveness } } }, () => ({ status: 'ok' as const }))

  app.get(
    '/health/ready',
    { ...health, schema: { response: { 200: Readiness, 503: Readiness } } },
    (_request, reply) => {
      const status = deps.readiness()
      // Overloaded is able to work: whoever asks shall send neither more nor nothing.
      reply.code(status === 'starting' || status === 'draining' ? 503 : 200)
      return { status }
    },
  )

  app.get('/health', { ...health, schema: { response: { 200: Health } } }, () => {
    const checks: Health['checks'] = {
      postgres: deps.postgres.isWritable()
        ? 'ok'
        : deps.postgres.nodes.some(({ state }) => state.role === 'replica')
          ? 'read-only'
          : 'down',
      redisMain: deps.redisMain.epoch() === null ? 'down' : 'ok',
    }
    for (const { name, state } of deps.postgres.nodes) checks[name] = state.role === 'unknown' ? 'down' : 'ok'
    const status = Object.values(checks).every((check) => check === 'ok') ? ('ok' as const) : ('degraded' as const)
    return { status, instance: deps.instance, checks }
  })

  app.get(
    '/api/instance',
    { ...anyone, schema: { summary: 'Which app server answers', tags: ['system'], response: { 200: Instance } } },
    () => ({
      instance: deps.instance,
      pid: process.pid,
      release: deps.release,
      uptimeSeconds: (Date.now() - STARTED_AT_MS) / 1_000,
    }),
  )

  app.get(
    '/config.json',
    {
      ...anyone,
      schema: { headers: Type.Object({ host: Type.Optional(Type.String()) }), response: { 200: WebConfig } },
    },
    (request) => {
      const host = hostname(request.headers.host)
      const { origin, port, tlsPort } = deps.edge
      const beside = isHttps(request) ? `https://${host}:${tlsPort}` : `http://${host}:${port}`
      return { edgeOrigin: origin ?? beside }
    },
  )
}

/** The host a browser asked for, without its port; IPv6 keeps its brackets. */
function hostname(host = 'localhost'): string {
  return host.replace(/:\d+$/, '')
}
