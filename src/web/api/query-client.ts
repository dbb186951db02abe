import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { noteServerAnswer } from './server-state.ts'
import { isPassing } from './problem.ts'
import { noteSignedOut } from './session.ts'

const MINUTE_MS = 60_000

/** The one cache of server state. Lists stay as they are while one looks at them (staleTime), so that coming back finds
 *  the same pages at the same place; news is offered, never pushed in. */
export function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: (error) => noteSignedOut(client, error) }),
    mutationCache: new MutationCache({
      onError: (error) => {
        noteSignedOut(client, error)
        noteServerAnswer(error)
      },
      onSuccess: () => noteServerAnswer(undefined),
    }),
    defaultOptions: {
      queries: {
        staleTime: 5 * MINUTE_MS,
        gcTime: 30 * MINUTE_MS,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 2 && isPassing(error),
      },
      mutations: { retry: false },
    },
  })
  return client
}
