import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useEffectEvent } from 'react'
import { Link, useLocation } from 'wouter'
import { useHistoryState } from 'wouter/use-browser-location'
import { listQueryOf } from '../api/photos.ts'
import { paths } from '../paths.ts'
import { Icon } from '../ui/icon.tsx'
import styles from './neighbours.module.css'

/** So close to the end of what is loaded the next page of the list is asked for. */
const NEAR = 3

/** Previous and next within the list that one came from; a shared link has none. Also by arrow keys. */
export function Neighbours({ id }: { id: string }) {
  const [, navigate] = useLocation()
  const from = useHistoryState<{ from?: readonly string[] } | null>()?.from
  const list = useInfiniteQuery({ ...listQueryOf(from ?? []), enabled: from !== undefined, refetchOnMount: false })
  const ids = (from && list.data?.pages.flatMap((page) => page.items.map((photo) => photo.id))) ?? []
  const at = ids.indexOf(id)
  const isNearEnd = at >= 0 && at >= ids.length - NEAR
  const previous = at > 0 ? ids[at - 1] : undefined
  const next = at >= 0 ? ids[at + 1] : undefined
  // replaced, not pushed: going back leads to the list, not through every photo
  const options = { replace: true, state: { from } }
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return
    if (event.target instanceof Element && event.target.closest('input, textarea, dialog')) return
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
    const towards = document.dir === 'rtl' ? -step : step
    const to = towards < 0 ? previous : towards > 0 ? next : undefined
    if (to) navigate(paths.photo(to), options)
  })
  const { hasNextPage, isFetching, isError, fetchNextPage } = list
  useEffect(() => {
    if (isNearEnd && hasNextPage && !isFetching && !isError) void fetchNextPage()
  }, [isNearEnd, hasNextPage, isFetching, isError, fetchNextPage])
  useEffect(() => {
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  return (
    <>
      {previous && (
        <Link to={paths.photo(previous)} {...options} className={styles.previous} aria-label="Previous photo">
          <Icon name="back" />
        </Link>
      )}
      {next && (
        <Link to={paths.photo(next)} {...options} className={styles.next} aria-label="Next photo">
          <Icon name="forward" />
        </Link>
      )}
    </>
  )
}
