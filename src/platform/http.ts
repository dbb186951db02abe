import cookie from '@fastify/cookie'
import multipart from '@fastify/multipart'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { fastify, type FastifyReply, type FastifyRequest, type RouteOptions } from 'fastify'
import { UPLOAD_MAX_BYTES } from '../contract/limits.ts'
import type { createAnswerCaching } from './answer-caching.ts'
import type { ClassLimits } from './class-limits.ts'
import { AppError } from './errors.ts'
import { createErrorHandler, sendProblem } from './http-errors.ts'
import { createLoadShedding } from './load-shedding.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { documentApi } from './openapi.ts'
import { clientKey } from './rate-limits.ts'
import { requestIdFrom } from './request-id.ts'
import { limitOf, manifestOf, routeLabel, type DeclaredRoute } from './route-manifest.ts'
import { buildValidator } from './validation.ts'
import { setViewer, VISITOR, type Viewer } from './viewer.ts'

export interface HttpOptions {
  instance: string
  log: Log
  metrics: Metrics
  /** Who asks, by the token of the request; null when there is no such session. `begin` runs meanwhile. */
  authenticate: (token: string, begin: (accountId: string) => void) => Promise<Viewer | null>
  limits: Pick<ClassLimits, 'take'>
  caching: ReturnType<typeof createAnswerCaching>
  shedDelayMs: number
}

/** JSON bodies; pictures come as multipart with their own bound. */
const BODY_MAX_BYTES = 256 * 1024
/** NGINX has the whole body before it calls: a request that takes longer to arrive is broken. */
const REQUEST_TIMEOUT_MS = 30_000
/** Above NGINX's 60 s for idle upstream connections, so that only NGINX closes them. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000

export type App = Awaited<ReturnType<typeof createHttpApp>>

/** Fastify with what every route of ours shares: contract types, errors, sessions, limits, caching, metrics, OpenAPI. */
export async function createHttpApp({
  instance,
  log,
  metrics,
  authenticate,
  limits,
  caching,
  shedDelayMs,
}: HttpOptions) {
  const shedding = createLoadShedding({ instance, targetMs: shedDelayMs, metrics })
  const app = fastify({
    logger: false,
    bodyLimit: BODY_MAX_BYTES,
    serverFactory: (handle) =>
      Object.assign(shedding.createServer(handle), {
        requestTimeout: REQUEST_TIMEOUT_MS,
        keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      }),
    forceCloseConnections: 'idle',
    genReqId: (request) => requestIdFrom(request.headers['x-request-id']),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    schemaController: { compilersFactory: { buildValidator } },
  }).withTypeProvider<TypeBoxTypeProvider>()

  app.addHook('onClose', () => shedding[Symbol.dispose]())
  app.setErrorHandler(createErrorHandler(log))
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      new AppError(
        'request.not_found',
        `${request.method} ${request.url.split('?')[0]} is not part of the API; see /api/docs.`,
      ),
      request.id,
    ),
  )
  const routes: DeclaredRoute[] = []
  app.addHook('onRoute', (options) => {
    requireManifest(options)
    const manifest = manifestOf(options.config)
    if (!manifest) return
    const declared = { method: String(options.method), url: options.url, manifest }
    routes.push(declared)
    shedding.classes.add(declared)
  })
  await app.register(cookie)
  await app.register(multipart, {
    limits: { fileSize: UPLOAD_MAX_BYTES, files: 1, fields: 5, fieldSize: 16 * 1024, headerPairs: 50 },
  })
  await documentApi(app)

  app.addHook('onRequest', async (request, reply) => {
    const manifest = manifestOf(request.routeOptions.config)
    if (!manifest) return
    const given = tokenOf(request)
    if (given?.by === 'cookie' && isWrite(request) && isCrossSite(request)) {
      throw new AppError(
        'request.cross_site',
        'Use the web pages of this service, or send the token as `Authorization: Bearer`.',
      )
    }
    const begin = (accountId: string) => manifest.ahead?.(request, accountId)
    const viewer = given ? await authenticate(given.token, begin) : null
    setViewer(request, { ...(viewer ?? VISITOR), work: { lookups: 0, queries: 0 } })
    checkAccess(viewer, manifest.access)
    const client = viewer?.account?.id ?? clientKey(clientAddress(request))
    await limits.take(limitOf(manifest, request.method), client, reply)
    await caching.beforeReading(request)
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const described = await caching.describe(request, reply, payload)
    if (shedding.isBusy() && isKeptNowhere(reply)) reply.header('content-encoding', 'identity')
    return described
  })
  app.addHook('onResponse', (request, reply, done) => {
    metrics.answered(routeLabel(request), request.method, reply.statusCode, instance, reply.elapsedTime / 1_000)
    done()
  })
  app.server.on('connection', (socket) => {
    metrics.activeConnections.inc({ instance })
    socket.once('close', () => metrics.activeConnections.dec({ instance }))
  })
  return Object.assign(app, {
    declaredRoutes: (): readonly DeclaredRoute[] => routes,
    requestsInFlight: () => shedding.inFlight(),
    isOverloaded: () => shedding.isOverloaded(),
  })
}

/** NGINX compresses what says nothing of its encoding, which is a twentieth of what the machine does for a request: not while others wait. */
function isKeptNowhere(reply: FastifyReply): boolean {
  return reply.getHeader('x-accel-expires') === '0' && !reply.hasHeader('content-encoding')
}

function requireManifest(options: RouteOptions): void {
  const isOurs = options.url.startsWith('/api/') && !options.url.startsWith('/api/docs')
  if (isOurs && !manifestOf(options.config))
    throw new Error(`${options.url}: declare the route's manifest (config: route({…}))`)
}

/** @throws AppError session.required, account.operators_only */
function checkAccess(viewer: Viewer | null, access: 'public' | 'member' | 'operator'): void {
  if (access === 'public') return
  if (!viewer?.account) throw new AppError('session.required', 'Sign in to go on.')
  if (access === 'operator' && viewer.account.role !== 'operator') throw new AppError('account.operators_only')
}

/** Under HTTPS the `__Host-` prefix keeps other hosts and paths from planting a cookie. */
export function sessionCookieName(request: FastifyRequest): '__Host-mg' | 'mg' {
  return isHttps(request) ? '__Host-mg' : 'mg'
}

export function isHttps(request: FastifyRequest): boolean {
  return request.headers['x-forwarded-proto'] === 'https'
}

/** Set by NGINX for every request; an app server listens on a socket that only NGINX can open. */
export function clientAddress(request: FastifyRequest): string {
  const header = request.headers['x-real-ip']
  return typeof header === 'string' ? header : (request.socket.remoteAddress ?? 'unknown')
}

function tokenOf(request: FastifyRequest): { token: string; by: 'cookie' | 'bearer' } | null {
  const { authorization } = request.headers
  if (authorization?.startsWith('Bearer ')) return { token: authorization.slice('Bearer '.length).trim(), by: 'bearer' }
  const token = request.cookies[sessionCookieName(request)]
  return token ? { token, by: 'cookie' } : null
}

function isWrite(request: FastifyRequest): boolean {
  return request.method !== 'GET' && request.method !== 'HEAD'
}

/** Browsers say where a request comes from; one that says nothing at all is no browser and carries no foreign cookie. */
function isCrossSite(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const { origin, host } = request.headers
  return origin !== undefined && origin.replace(/^https?:\/\//, '') !== host
}
