import type { FastifyRequest } from 'fastify'
import { AppError } from './errors.ts'
import type { ReadScope } from './postgres.ts'

export interface ViewerAccount {
  id: string
  username: string
  role: 'member' | 'operator'
}

/** What it took to answer: look-ups in the caches, and reads of PostgreSQL, theirs included. */
export interface Work {
  lookups: number
  queries: number
}

/** Who asks. `account` is null for a visitor; `scope` is where this person's reads may go. */
export interface Viewer {
  account: ViewerAccount | null
  sessionId: string | null
  scope: ReadScope
  work?: Work
}

export const VISITOR: Viewer = Object.freeze({ account: null, sessionId: null, scope: 'any' })

const VIEWER = Symbol('viewer')
/** A request with what `setViewer` left on it. */
type Seen = FastifyRequest & { [VIEWER]?: Viewer }

export function setViewer(request: FastifyRequest, viewer: Viewer): void {
  ;(request as Seen)[VIEWER] = viewer
}

export function viewerOf(request: FastifyRequest): Viewer {
  return (request as Seen)[VIEWER] ?? VISITOR
}

/** @throws AppError session.required */
export function accountOf(request: FastifyRequest): ViewerAccount {
  const { account } = viewerOf(request)
  if (!account) throw new AppError('session.required', 'Sign in to go on.')
  return account
}
