import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { meQuery } from '../api/session.ts'
import { ErrorState } from './states.tsx'

/** What stands for a page of one's own until the server has said who looks, and why it could not. */
export function UntilKnown({ children }: { children: ReactNode }) {
  const me = useQuery(meQuery)
  return me.isError ? <ErrorState error={me.error} onRetry={() => void me.refetch()} /> : children
}
