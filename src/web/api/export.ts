import { queryOptions, type QueryClient } from '@tanstack/react-query'
import type { ExportState, RequestedExport } from '../../contract/export.ts'
import { call } from './client.ts'

const PATH = '/api/accounts/me/export'
const POLL_MS = 1500
/** Longer than this no timer can wait. */
const TIMER_MAX_MS = 2 ** 31 - 1

/** Asked again while it is packed, and once when its day is over. */
export const exportQuery = queryOptions({
  queryKey: ['export'],
  queryFn: ({ signal }) => call<ExportState>('GET', PATH, { signal }),
  staleTime: 0,
  refetchInterval: ({ state: { data } }) => {
    if (data?.status === 'running') return POLL_MS
    if (data?.status !== 'ready' || data.expiresAt === null) return false
    return Math.min(TIMER_MAX_MS, Math.max(POLL_MS, Date.parse(data.expiresAt) - Date.now()))
  },
})

export async function requestExport(client: QueryClient): Promise<void> {
  await call<RequestedExport>('POST', PATH)
  await client.invalidateQueries({ queryKey: exportQuery.queryKey })
}
