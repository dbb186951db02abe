import type { ReactNode } from 'react'
import { Button } from '../ui/button.tsx'
import { useSeen } from '../ui/use-seen.ts'
import styles from './endless.module.css'

type Source = {
  hasNextPage: boolean
  isFetchingNextPage: boolean
  isFetchNextPageError: boolean
  fetchNextPage: () => Promise<unknown>
}

type Props = { source: Source; pages: number; what?: string; children: ReactNode }

/** The foot of an endless list: asks for the next page well before it is reached, and for a click after a failure. */
export function MoreBelow({ source, pages, what = 'photos', children }: Props) {
  if (!source.hasNextPage) return null
  if (source.isFetchNextPageError)
    return (
      <p className={styles.failed} role="alert">
        The next {what} did not arrive.
        <Button onClick={() => void source.fetchNextPage()}>Try again</Button>
      </p>
    )
  return (
    <>
      <Sentinel key={pages} onSeen={() => !source.isFetchingNextPage && void source.fetchNextPage()} />
      {children}
    </>
  )
}

/** Mounted anew for each page: an observer tells changes only, and a short page may leave it in sight. */
function Sentinel({ onSeen }: { onSeen: () => void }) {
  const ref = useSeen<HTMLDivElement>(onSeen)
  return <div ref={ref} className={styles.sentinel} />
}
