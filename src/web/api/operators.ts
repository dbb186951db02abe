import { infiniteQueryOptions, queryOptions, type InfiniteData, type QueryClient } from '@tanstack/react-query'
import type {
  MadeReportPage,
  OperatorActPage,
  OpsAccount,
  OpsPhoto,
  OpsPhotoPage,
  ReportedPhotoPage,
  ReportState,
} from '../../contract/moderation.ts'
import { call } from './client.ts'
import { dropFromLists } from './photo-cache.ts'

const photoAt = (id: string) => `/api/ops/photos/${encodeURIComponent(id)}`
const accountAt = (username: string) => `/api/ops/accounts/${encodeURIComponent(username)}`

/** Colleagues work on the same lists, so what is shown is asked anew with each visit. */
function pagesQuery<Page extends { nextCursor: string | null }>(
  key: readonly string[],
  path: string,
  given: Record<string, string> = {},
) {
  return infiniteQueryOptions({
    queryKey: ['ops', ...key],
    queryFn: ({ pageParam, signal }) => call<Page>('GET', path, { query: { ...given, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    staleTime: 0,
  })
}

export const reportsQuery = (state: ReportState) =>
  pagesQuery<ReportedPhotoPage>(['reports', state], '/api/ops/reports', { state })
export const actsQuery = (target = '') => pagesQuery<OperatorActPage>(['acts', target], '/api/ops/acts', { target })
export const reportsOnQuery = (id: string) => pagesQuery<MadeReportPage>(['reports-on', id], `${photoAt(id)}/reports`)
export const opsPhotosQuery = (username: string, only: '' | 'hidden') =>
  pagesQuery<OpsPhotoPage>(['photos', username.toLowerCase(), only], `${accountAt(username)}/photos`, { only })

export function opsPhotoQuery(id: string) {
  return queryOptions({
    queryKey: ['ops', 'photo', id],
    queryFn: ({ signal }) => call<OpsPhoto>('GET', photoAt(id), { signal }),
    staleTime: 0,
  })
}

export function opsAccountQuery(username: string) {
  return queryOptions({
    queryKey: ['ops', 'account', username.toLowerCase()],
    queryFn: ({ signal }) => call<OpsAccount>('GET', accountAt(username), { signal }),
    staleTime: 0,
  })
}

/** Ends the open reports on a photo without doing anything to it. */
export async function dismissReports(client: QueryClient, id: string): Promise<void> {
  const path = `/api/ops/reports/${encodeURIComponent(id)}/resolve`
  notePhoto(client, await call<OpsPhoto>('POST', path, { body: { action: 'dismiss' } }))
}

export async function hidePhoto(client: QueryClient, id: string, reason: string): Promise<void> {
  notePhoto(client, await call<OpsPhoto>('PUT', `${photoAt(id)}/hidden`, { body: { reason } }))
  dropFromLists(client, id)
  client.removeQueries({ queryKey: ['photo', id] })
}

export async function showPhoto(client: QueryClient, id: string): Promise<void> {
  notePhoto(client, await call<OpsPhoto>('DELETE', `${photoAt(id)}/hidden`))
  client.removeQueries({ queryKey: ['photo', id] })
}

export async function suspendAccount(client: QueryClient, username: string, reason: string): Promise<void> {
  noteAccount(client, await call<OpsAccount>('PUT', `${accountAt(username)}/suspended`, { body: { reason } }))
}

export async function restoreAccount(client: QueryClient, username: string): Promise<void> {
  noteAccount(client, await call<OpsAccount>('DELETE', `${accountAt(username)}/suspended`))
}

/** A photo whose reports are settled leaves the list of open ones at once; whatever else tells of it is asked again. */
function notePhoto(client: QueryClient, photo: OpsPhoto): void {
  const { id, author } = photo.card
  client.setQueryData(opsPhotoQuery(id).queryKey, photo)
  client.setQueryData<InfiniteData<ReportedPhotoPage>>(reportsQuery('open').queryKey, (data) =>
    data && photo.openReportCount === 0
      ? {
          ...data,
          pages: data.pages.map((page) => ({ ...page, items: page.items.filter((item) => item.photo.card.id !== id) })),
        }
      : data,
  )
  void client.invalidateQueries({ queryKey: reportsQuery('settled').queryKey })
  void client.invalidateQueries({ queryKey: reportsOnQuery(id).queryKey })
  void client.invalidateQueries({ queryKey: ['ops', 'acts'] })
  void client.invalidateQueries({ queryKey: ['ops', 'photos', author.username] })
  void client.invalidateQueries({ queryKey: opsAccountQuery(author.username).queryKey })
}

/** What the account and its photos are to everybody else has changed as well. */
function noteAccount(client: QueryClient, account: OpsAccount): void {
  client.setQueryData(opsAccountQuery(account.username).queryKey, account)
  for (const key of ['acts', 'photos', 'photo', 'reports']) void client.invalidateQueries({ queryKey: ['ops', key] })
  for (const key of ['profile', 'photos', 'photo', 'accounts', 'comments'])
    void client.invalidateQueries({ queryKey: [key] })
}
