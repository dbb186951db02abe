import { Type } from 'typebox'
import { SessionList, SignedIn, SignIn } from '../../contract/accounts.ts'
import { IdParams } from '../../contract/common.ts'
import type { Database } from '../../platform/consistency.ts'
import { AppError } from '../../platform/errors.ts'
import { clientAddress, type App } from '../../platform/http.ts'
import { clientKey, limited } from '../../platform/rate-limits.ts'
import { route } from '../../platform/route-manifest.ts'
import { accountOf, viewerOf } from '../../platform/viewer.ts'
import { isWrongGuess, type Throttle } from './account-limits.ts'
import { clearSessionCookie, isBrowser, setSessionCookie } from './session-cookie.ts'
import { listSessions } from './sessions.queries.ts'
import { SESSIONS_MAX } from './sessions.service.ts'
import type { SignIns } from './sign-in.service.ts'

export interface SessionsRoutesDeps {
  db: Database
  signIns: Pick<SignIns, 'signIn' | 'revoke'>
  throttle: Throttle
}

const tags = ['sessions']

export function sessionsRoutes(app: App, { db, signIns, throttle }: SessionsRoutesDeps): void {
  app.post(
    '/api/sessions',
    {
      config: route({ access: 'public', reads: 'primary', limit: 'sign-in' }),
      schema: { summary: 'Sign in', tags, body: SignIn, response: { 201: SignedIn } },
    },
    async (request, reply) => {
      const wanted = throttle.forSignIn(clientKey(clientAddress(request)), request.body.username.toLowerCase())
      const { account, token } = await limited(reply, wanted, isWrongGuess, () =>
        signIns.signIn(request.body, request.headers['user-agent'] ?? ''),
      )
      setSessionCookie(request, reply, token)
      reply.code(201)
      return isBrowser(request) ? { account } : { token, account }
    },
  )

  app.get(
    '/api/sessions',
    {
      config: route({ access: 'member', reads: 'sticky' }),
      schema: { summary: 'Devices that are signed in, last seen first', tags, response: { 200: SessionList } },
    },
    (request) => {
      const viewer = viewerOf(request)
      return db.read(viewer, async (db) => {
        const rows = await listSessions(db, accountOf(request).id, SESSIONS_MAX)
        return { items: rows.map((row) => toSession(row, viewer.sessionId)) }
      })
    },
  )

  app.delete(
    '/api/sessions/current',
    {
      config: route({ access: 'member', reads: 'none', shed: 'never' }),
      schema: { summary: 'Sign out', tags, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      // Signing out of what was revoked a moment ago has come true already.
      await signIns.revoke(accountOf(request), viewerOf(request).sessionId ?? '').catch((error: unknown) => {
        if (!(error instanceof AppError && error.code === 'session.not_found')) throw error
      })
      clearSessionCookie(request, reply)
      return reply.code(204).send(null)
    },
  )

  app.delete(
    '/api/sessions/:id',
    {
      config: route({ access: 'member', reads: 'none', shed: 'never' }),
      schema: { summary: 'Sign another device out', tags, params: IdParams, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await signIns.revoke(accountOf(request), request.params.id)
      if (request.params.id === viewerOf(request).sessionId) clearSessionCookie(request, reply)
      return reply.code(204).send(null)
    },
  )
}

function toSession(row: Awaited<ReturnType<typeof listSessions>>[number], currentId: string | null) {
  return {
    id: row.id,
    userAgent: row.user_agent,
    createdAt: row.created_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
    isCurrent: row.id === currentId,
  }
}
