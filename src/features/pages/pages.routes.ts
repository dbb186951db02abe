import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Profile } from '../../contract/accounts.ts'
import type { PhotoDetail, PhotoPage } from '../../contract/photos.ts'
import type { WebConfig } from '../../contract/system.ts'
import { isShareable, UNCERTAIN_SECONDS } from '../../platform/answer-caching.ts'
import { isHttps, sessionCookieName, type App } from '../../platform/http.ts'
import { route } from '../../platform/route-manifest.ts'
import { documentTags } from './document-tags.ts'
import type { Head, PageDocument } from './document.ts'
import { exploreHead, homeHead, missingHead, photoHead, profileHead } from './heads.ts'

/** Whose request it is, and how it came. */
const PASSED_ON = ['x-real-ip', 'x-forwarded-proto'] as const
/** Statuses by which the API says that there is nothing (any more) at this address. */
const MISSING: ReadonlySet<number> = new Set([400, 404, 410])

/**
 * The document of the public pages, with the head that their script would write later. What it tells is what the API tells a
 * visitor: nothing is read past it. Whatever fails leaves the plain document, which works as well.
 */
export function pagesRoutes(app: App, documentNow: () => PageDocument): void {
  // Whoever is asked below counts.
  // Refused first: NGINX then sends the plain document, and the API it asks decides by itself.
  const config = route({ access: 'public', reads: 'none', limit: 'none', shed: 'heavy' })
  const schema = { hide: true, response: { '2xx': Type.String(), '4xx': Type.String() } }
  const page = { config, schema }
  const photoPage = { config, schema: { ...schema, params: Type.Object({ id: Type.String() }) } }
  const profilePage = { config, schema: { ...schema, params: Type.Object({ username: Type.String() }) } }

  app.get('/', page, async (request, reply) => {
    return isVisitor(request) ? explore(request, reply, '/') : written(request, reply, homeHead())
  })
  app.get('/explore', page, async (request, reply) => explore(request, reply, '/explore'))

  app.get('/photos/:id', photoPage, async (request, reply) => {
    const path = `/photos/${encodeURIComponent(request.params.id)}`
    const photo = await ask(request, `/api${path}`)
    if (photo.status !== 200) return withoutSubject(request, reply, photo.status, path)
    return written(request, reply, photoHead(photo.body as PhotoDetail), [photo])
  })

  app.get('/@:username', profilePage, async (request, reply) => {
    const username = encodeURIComponent(request.params.username)
    const [profile, photos] = await Promise.all([
      ask(request, `/api/accounts/${username}`),
      ask(request, `/api/accounts/${username}/photos`),
    ])
    if (profile.status !== 200) return withoutSubject(request, reply, profile.status, `/@${username}`)
    return written(request, reply, profileHead(profile.body as Profile, photosOf(photos), username), [profile, photos])
  })

  async function explore(request: FastifyRequest, reply: FastifyReply, path: '/' | '/explore'): Promise<string> {
    const photos = await ask(request, '/api/explore')
    return written(request, reply, exploreHead(path, photosOf(photos)), [photos])
  }

  /** As a visitor of the same address would, so that it counts on their budget. */
  async function ask(request: FastifyRequest, url: string): Promise<Asked> {
    const given = PASSED_ON.flatMap((name) => {
      const value = request.headers[name]
      return typeof value === 'string' ? [[name, value]] : []
    })
    const headers = { ...Object.fromEntries(given), host: hostOf(request.headers.host), 'x-request-id': request.id }
    const answer = await app.inject({ url, headers })
    const isThere = answer.statusCode === 200
    return {
      url,
      status: answer.statusCode,
      text: answer.payload,
      body: isThere ? answer.json() : null,
      isCertain: Number(answer.headers['x-accel-expires']) > UNCERTAIN_SECONDS,
    }
  }

  /** A page about nothing says so by its status; one whose subject could not be asked for is left to the script. */
  async function withoutSubject(request: FastifyRequest, reply: FastifyReply, status: number, path: string) {
    if (MISSING.has(status)) return written(request, reply.code(status === 410 ? 410 : 404), missingHead(path))
    return asHtml(reply, documentNow().plain)
  }

  /** Whoever has a session asks for themselves: `told` is what a visitor was answered. */
  async function written(
    request: FastifyRequest,
    reply: FastifyReply,
    head: Head,
    told: Asked[] = [],
  ): Promise<string> {
    const config = await ask(request, '/config.json')
    if (config.status !== 200) return asHtml(reply, documentNow().plain)
    const page = `${isHttps(request) ? 'https' : 'http'}://${hostOf(request.headers.host)}`
    const answers = isVisitor(request) ? told.filter(({ status }) => status === 200) : []
    // A PoP keeps what has tags: nothing that is personal, spelt otherwise, or changed while it was read.
    const isKept = isShareable(request) && told.length > 0 && told.every(({ isCertain }) => isCertain)
    if (isKept && reply.statusCode === 200) reply.header('surrogate-key', documentTags(told).join(' '))
    const origins = { page, edge: (config.body as WebConfig).edgeOrigin }
    return asHtml(reply, documentNow().withHead(head, origins, new Map(answers.map(({ url, text }) => [url, text]))))
  }
}

/** What the API answered. The routes above know by its contract of which type the body is. */
interface Asked {
  url: string
  status: number
  text: string
  body: unknown
  /** NGINX may keep it for minutes: it is the same for every visitor, and did not change while it was read. */
  isCertain: boolean
}

function isVisitor(request: FastifyRequest): boolean {
  return request.cookies[sessionCookieName(request)] === undefined
}

function photosOf(asked: Asked): PhotoPage['items'] {
  return asked.status === 200 ? (asked.body as PhotoPage).items : []
}

/** Asked again each time, and kept by nobody between but our PoPs: the host and the cookie are in it. */
function asHtml(reply: FastifyReply, html: string): string {
  reply.type('text/html; charset=utf-8').header('cache-control', 'private, no-cache').header('vary', 'Cookie')
  return html
}

/** What a browser can send as a host, port included; anything else is no address to build links from. */
function hostOf(header: string | undefined): string {
  return header !== undefined && /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/.test(header) ? header : 'localhost'
}
