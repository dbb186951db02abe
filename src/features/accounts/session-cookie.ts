import type { FastifyReply, FastifyRequest } from 'fastify'
import { isHttps, sessionCookieName } from '../../platform/http.ts'
import { SESSION_TTL_SECONDS } from './sessions.service.ts'

/** Scripts cannot read it, other sites cannot send it with a write, other hosts and paths cannot plant it (under HTTPS). */
export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, token: string): void {
  reply.setCookie(sessionCookieName(request), token, { ...attributes(request), maxAge: SESSION_TTL_SECONDS })
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(sessionCookieName(request), attributes(request))
}

/** The browser's thirty days begin anew, as the session's own do. */
export function renewSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  const token = request.cookies[sessionCookieName(request)]
  if (token !== undefined && request.headers.authorization === undefined) setSessionCookie(request, reply, token)
}

/** Browsers say where a request comes from; they keep the cookie and are never told the token. */
export function isBrowser(request: FastifyRequest): boolean {
  return request.headers['sec-fetch-site'] !== undefined
}

function attributes(request: FastifyRequest) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: isHttps(request) } as const
}
