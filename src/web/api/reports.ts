import { queryOptions, type QueryClient } from '@tanstack/react-query'
import type { OwnReport, Report, ReportPhoto, ReportReason } from '../../contract/moderation.ts'
import { call } from './client.ts'

const at = (photoId: string) => `/api/photos/${encodeURIComponent(photoId)}/report`

/** What each reason is called, to people who report and to operators alike. */
export const REASON_NAMES: Record<ReportReason, string> = {
  spam: 'Spam or advertising',
  nudity: 'Nudity',
  violence: 'Violence',
  harassment: 'Harassment or hate',
  other: 'Something else',
}

export function ownReportQuery(photoId: string) {
  return queryOptions({
    queryKey: ['own-report', photoId],
    queryFn: ({ signal }) => call<OwnReport>('GET', at(photoId), { signal }),
    staleTime: 0,
  })
}

/** Counts once, however often it is sent. */
export async function reportPhoto(client: QueryClient, photoId: string, body: ReportPhoto): Promise<void> {
  const report = await call<Report>('POST', at(photoId), { body })
  client.setQueryData(ownReportQuery(photoId).queryKey, { report: { ...report, settledAt: null } })
}
