import { useQuery } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import type { Health } from '../../contract/system.ts'
import { call } from '../api/client.ts'
import { readOnly } from '../api/server-state.ts'
import { useStore } from '../ui/store.ts'
import { toast } from '../ui/toast.tsx'
import styles from './banners.module.css'

const CHECK_EVERY_MS = 5000

/** What is wrong around the page rather than in it: no connection, a server that only reads. */
export function Banners() {
  const isOnline = useSyncExternalStore(subscribeOnline, () => navigator.onLine)
  const isReadOnly = useStore(readOnly)
  return (
    <div role="status" aria-live="polite" className={styles.place}>
      {!isOnline && <p className={styles.banner}>You are offline. What is loaded stays readable; the rest waits.</p>}
      {isOnline && isReadOnly && <ReadOnlyBanner />}
    </div>
  )
}

/** Asks the server's own summary until it can write again, and says so: a banner that goes is not read aloud. */
function ReadOnlyBanner() {
  useQuery({
    queryKey: ['health'],
    queryFn: async ({ signal }): Promise<Health | null> => {
      const health = await call<Health>('GET', '/health', { signal })
      if (!Object.values(health.checks).includes('read-only')) {
        readOnly.set(false)
        toast('Changes can be saved again')
      }
      return health
    },
    // not at once: a banner that flickers is not read, and the refusal's toast has its time
    initialData: null,
    staleTime: CHECK_EVERY_MS,
    refetchInterval: CHECK_EVERY_MS,
    gcTime: 0,
  })
  return <p className={styles.banner}>Read-only at the moment: photos can be looked at, but nothing can be saved.</p>
}

function subscribeOnline(listener: () => void): () => void {
  addEventListener('online', listener)
  addEventListener('offline', listener)
  return () => {
    removeEventListener('online', listener)
    removeEventListener('offline', listener)
  }
}
