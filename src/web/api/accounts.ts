import { infiniteQueryOptions, keepPreviousData, queryOptions, type QueryClient } from '@tanstack/react-query'
import type { AccountPage, EditAccount, OwnAccount, Profile } from '../../contract/accounts.ts'
import type { FollowState } from '../../contract/follows.ts'
import { takeBrought } from './brought.ts'
import { call } from './client.ts'
import { meQuery } from './session.ts'

const at = (username: string) => `/api/accounts/${encodeURIComponent(username)}`

export function profileQuery(username: string) {
  return queryOptions({
    queryKey: ['profile', username.toLowerCase()],
    queryFn: ({ signal }) => call<Profile>('GET', at(username), { signal }),
    staleTime: 60_000,
    initialData: () => takeBrought(at(username)) as Profile | undefined,
  })
}

function accountsQuery(key: readonly string[], path: string, q?: string) {
  return infiniteQueryOptions({
    queryKey: ['accounts', ...key],
    queryFn: ({ pageParam, signal }) => call<AccountPage>('GET', path, { query: { q, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    staleTime: 60_000,
  })
}

export function followersQuery(username: string) {
  return accountsQuery(['followers', username.toLowerCase()], `${at(username)}/followers`)
}

export function followingQuery(username: string) {
  return accountsQuery(['following', username.toLowerCase()], `${at(username)}/following`)
}

/** While one types, the people found before stay until the next are there. */
export function searchQuery(q: string) {
  return { ...accountsQuery(['search', q], '/api/search/accounts', q), placeholderData: keepPreviousData }
}

export function likersQuery(photoId: string) {
  return accountsQuery(['likers', photoId], `/api/photos/${encodeURIComponent(photoId)}/likes`)
}

/** Follows or unfollows. The profile's counter follows at once; the lists that show it are asked again. */
export async function setFollow(client: QueryClient, username: string, follows: boolean): Promise<void> {
  const state = await call<FollowState>(follows ? 'PUT' : 'DELETE', `${at(username)}/follow`)
  client.setQueryData(profileQuery(username).queryKey, (profile) =>
    profile?.viewer
      ? { ...profile, followerCount: state.followerCount, viewer: { ...profile.viewer, follows: state.follows } }
      : profile,
  )
  void client.invalidateQueries({ queryKey: ['accounts'] })
  void client.invalidateQueries({ queryKey: meQuery.queryKey })
  void client.resetQueries({ queryKey: ['photos', 'feed'] })
  client.removeQueries({ queryKey: ['feed-head'] })
}

export async function editMe(client: QueryClient, given: EditAccount): Promise<void> {
  setMe(client, await call<OwnAccount>('PATCH', '/api/accounts/me', { body: given }))
}

export async function setAvatar(client: QueryClient, file: File | null): Promise<void> {
  const form = new FormData()
  if (file) form.set('file', file)
  setMe(client, await call<OwnAccount>(file ? 'PUT' : 'DELETE', '/api/accounts/me/avatar', file ? { body: form } : {}))
}

export function changePassword(currentPassword: string, newPassword: string): Promise<undefined> {
  return call('PUT', '/api/accounts/me/password', { body: { currentPassword, newPassword } })
}

export function resetPassword(token: string, newPassword: string): Promise<undefined> {
  return call('POST', '/api/accounts/reset', { body: { token, newPassword } })
}

function setMe(client: QueryClient, me: OwnAccount): void {
  client.setQueryData(meQuery.queryKey, me)
  // our name and face stand on every card of ours
  void client.invalidateQueries({ queryKey: ['profile', me.username.toLowerCase()] })
  void client.invalidateQueries({ queryKey: ['photos'] })
}
