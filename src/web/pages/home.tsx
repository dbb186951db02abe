import { useInfiniteQuery } from '@tanstack/react-query'
import { lazy, useDeferredValue } from 'react'
import type { PhotoPage } from '../../contract/photos.ts'
import { feedQuery } from '../api/photos.ts'
import { useMe } from '../api/session.ts'
import { MoreBelow } from '../parts/endless.tsx'
import { NewPhotos } from '../parts/new-photos.tsx'
import { Page } from '../parts/page.tsx'
import { FeedBones, FeedPhoto } from '../parts/photo-card.tsx'
import { EmptyState, ErrorState } from '../parts/states.tsx'
import { UntilKnown } from '../parts/until-known.tsx'
import { paths } from '../paths.ts'
import { ButtonLink } from '../ui/button.tsx'
import { hasPlace } from '../ui/scroll.ts'
import { Loading } from '../ui/skeleton.tsx'
import styles from './home.module.css'

const ExplorePage = lazy(() => import('./explore.tsx').then((m) => ({ default: m.ExplorePage })))

/** One's own feed; the explore page for a visitor. */
export function HomePage() {
  const me = useMe()
  if (me === null) return <ExplorePage />
  return (
    <Page title="Home" heading={false}>
      {me === undefined ? (
        <UntilKnown>
          <FeedBones />
        </UntilKnown>
      ) : (
        <Feed />
      )}
    </Page>
  )
}

/** What fills a screen is drawn at once, the rest while the first can already be touched. */
const DRAWN_FIRST = 2

function Feed() {
  const feed = useInfiniteQuery(feedQuery)
  const firstId = feed.data?.pages[0]?.items[0]?.id
  const items =
    feed.data?.pages.flatMap((page) => page.items.map((photo) => feedItem(page, photo, photo.id === firstId))) ?? []
  // on the way back everything, for the place to be found again
  const drawn = useDeferredValue(items.length, hasPlace() ? items.length : DRAWN_FIRST)
  if (feed.isPending)
    return (
      <>
        <Loading what="your feed" />
        <FeedBones />
      </>
    )
  if (feed.isError && !feed.data) return <ErrorState error={feed.error} onRetry={() => void feed.refetch()} />
  const { pages } = feed.data
  if (!firstId) return <EmptyFeed />
  return (
    <>
      <NewPhotos shownId={firstId} />
      <div className={styles.feed} role="feed" aria-busy={feed.isFetchingNextPage}>
        {items.slice(0, Math.max(drawn, DRAWN_FIRST))}
      </div>
      {drawn >= items.length && (
        <MoreBelow source={feed} pages={pages.length}>
          <FeedBones count={1} />
        </MoreBelow>
      )}
      {!feed.hasNextPage && <p className={styles.end}>That is everything, back to the first photo.</p>}
    </>
  )
}

function feedItem(page: PhotoPage, photo: PhotoPage['items'][number], isFirst: boolean) {
  return <FeedPhoto key={photo.id} photo={photo} liked={page.viewer.liked.includes(photo.id)} eager={isFirst} />
}

function EmptyFeed() {
  return (
    <EmptyState
      icon="photo"
      title="Your feed begins here"
      action={
        <div className={styles.pair}>
          <ButtonLink look="ink" to={paths.explore()}>
            Find people
          </ButtonLink>
          <ButtonLink to={paths.upload()}>Share a photo</ButtonLink>
        </div>
      }
    >
      Photos of the people you follow appear here, newest first, and your own among them.
    </EmptyState>
  )
}
