import type { ReactNode } from 'react'
import { useSeen } from '../ui/use-seen.ts'
import styles from './endless.module.css'
import { reason, Retry, type Failure } from './states.tsx'

type Source = {
  hasNextPage: boolean
  isFetchingNextPage: boolean
  isFetchNextPageError: boolean
  error: unknown
  errorUpdateCount: number
  fetchNextPage: () => Promise<unknown>
}

type Props = { source: Source; pages: number; what?: string; children: ReactNode }

/** The foot of an endless list: asks for the next page well before it is reached, and for a click after a failure. */
export function MoreBelow({ source, pages, what = 'photos', children }: Props) {
  if (!source.hasNextPage) return null
  if (source.isFetchNextPageError)
    return (
      <RestFailed
        what={what}
        error={source.error}
        failures={source.errorUpdateCount}
        isBusy={source.isFetchingNextPage}
        onRetry={() => void source.fetchNextPage()}
      />
    )
  return (
    <>
      <Sentinel key={pages} onSeen={() => !source.isFetchingNextPage && void source.fetchNextPage()} />
      {children}
    </>
  )
}

type Rest = Failure & { what: string; failures: number; isBusy: boolean }

/** Why the rest of a list is not there. Said aloud again after each of its `failures`. */
function RestFailed({ what, failures, isBusy, ...failure }: Rest) {
  return (
    <div className={styles.failed} role="alert">
      <div key={failures}>
        <p className={styles.what}>The next {what} did not arrive</p>
        <p>{reason(failure.error)}</p>
      </div>
      <Retry {...failure} isBusy={isBusy} />
    </div>
  )
}

/** Mounted anew for each page: an observer tells changes only, and a short page may leave it in sight. */
function Sentinel({ onSeen }: { onSeen: () => void }) {
  const ref = useSeen<HTMLDivElement>(onSeen)
  return <div ref={ref} className={styles.sentinel} />
}
