import { queryOptions, useQuery, type QueryClient } from '@tanstack/react-query'
import type { OwnAccount, SessionList, SignedIn, SignUp } from '../../contract/accounts.ts'
import { uploadItems } from '../upload/upload-items.ts'
import { call } from './client.ts'
import { ApiError } from './problem.ts'

/** The cookie is HttpOnly, so a hint tells whether asking who we are makes sense: a visitor costs no refused request. */
const HINT = 'minigram.signedIn'

function isHinted(): boolean {
  try {
    return localStorage.getItem(HINT) !== null
  } catch {
    // storage is blocked, and with it the cookie
    return false
  }
}

/** Our own account, or null for a visitor. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  // a visitor is known at once
  initialData: () => (isHinted() ? undefined : null),
  queryFn: async ({ signal }): Promise<OwnAccount | null> => {
    if (!isHinted()) return null
    try {
      return await call<OwnAccount>('GET', '/api/accounts/me', { signal })
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
      localStorage.removeItem(HINT)
      return null
    }
  },
})

/** `undefined` while we do not know yet. */
export function useMe(): OwnAccount | null | undefined {
  return useQuery(meQuery).data
}

export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: ({ signal }) => call<SessionList>('GET', '/api/sessions', { signal }),
})

export async function signIn(client: QueryClient, given: { username: string; password: string }): Promise<void> {
  begin(client, await call<SignedIn>('POST', '/api/sessions', { body: given }))
}

export async function signUp(client: QueryClient, given: SignUp): Promise<void> {
  begin(client, await call<SignedIn>('POST', '/api/accounts', { body: given }))
}

export async function signOut(client: QueryClient): Promise<void> {
  await call('DELETE', '/api/sessions/current')
  forgetEverything(client)
}

/** After signing out or deleting the account: nothing of the person stays in the page. */
export function forgetEverything(client: QueryClient): void {
  localStorage.removeItem(HINT)
  uploadItems.set([])
  dropAllButMe(client)
  client.setQueryData(meQuery.queryKey, null)
}

/** A 401 anywhere means that the session is over (signed out elsewhere, password changed). */
export function noteSignedOut(client: QueryClient, error: unknown): void {
  if (!(error instanceof ApiError) || !error.is('session.required')) return
  localStorage.removeItem(HINT)
  client.setQueryData(meQuery.queryKey, null)
}

function begin(client: QueryClient, { account }: SignedIn): void {
  localStorage.setItem(HINT, '1')
  dropAllButMe(client)
  client.setQueryData(meQuery.queryKey, account)
}

/** What one person saw is not what the next one sees. */
function dropAllButMe(client: QueryClient): void {
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== meQuery.queryKey[0] })
}
