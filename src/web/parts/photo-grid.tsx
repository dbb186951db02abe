import { useInfiniteQuery } from '@tanstack/react-query'
import { memo, startTransition, useEffect, useRef, useState, type ReactNode } from 'react'
import { Link } from 'wouter'
import type { PhotoCard } from '../../contract/photos.ts'
import { firstInGrid, gridRatio, SCREEN_NAMES, SCREENS, sizesInGrid } from '../../contract/picture-sources.ts'
import type { exploreQuery } from '../api/photos.ts'
import { paths } from '../paths.ts'
import { Icon } from '../ui/icon.tsx'
import { short } from '../ui/numbers.ts'
import { hasPlace } from '../ui/scroll.ts'
import { Loading } from '../ui/skeleton.tsx'
import { MoreBelow } from './endless.tsx'
import styles from './photo-grid.module.css'
import { Picture } from './picture.tsx'
import { ErrorState } from './states.tsx'

/** An endless wall of photos in rows of equal height: every picture keeps its own shape, and the browser does the
 *  arithmetic (flex), so nothing is measured and nothing moves. */
export function PhotoGrid({ query, empty }: { query: typeof exploreQuery; empty: ReactNode }) {
  const list = useInfiniteQuery(query)
  if (list.isPending)
    return (
      <>
        <Loading what="photos" />
        <GridBones />
      </>
    )
  if (list.isError && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  const photos = list.data.pages.flatMap((page) => page.items)
  if (photos.length === 0) return empty
  return (
    <PhotoRows photos={photos} from={query.queryKey}>
      <MoreBelow source={list} pages={list.data.pages.length}>
        <GridBones rows={1} />
      </MoreBelow>
    </PhotoRows>
  )
}

type RowsProps = { photos: PhotoCard[]; from?: readonly string[]; children?: ReactNode }

/** What fills the screen first has the line and the processor for itself. The rest has its shape, and is drawn when the first
 *  is shown; then also `children`, which may ask for more. */
export function PhotoRows({ photos, from, children }: RowsProps) {
  const grid = useRef<HTMLUListElement>(null)
  const [onScreen] = useState(() => firstInGrid(photos, screenHere()))
  // on the way back everything, for what was left to be found again
  const [isAllDrawn, setAllDrawn] = useState(hasPlace)
  useEffect(() => {
    const first = [...(grid.current?.querySelectorAll('img') ?? [])].map((picture) => picture.decode())
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))
    void Promise.race([Promise.allSettled(first), patience]).then(() => startTransition(() => setAllDrawn(true)))
  }, [])
  return (
    <>
      <ul ref={grid} className={styles.grid}>
        {photos.map((photo, i) => (
          <li key={photo.id} className={styles.cell} style={cellShape(gridRatio(photo))}>
            {i < onScreen || isAllDrawn ? (
              <Tile photo={photo} from={from} eager={i < onScreen} />
            ) : (
              <Blank photo={photo} />
            )}
          </li>
        ))}
        <li className={styles.filler} aria-hidden="true" />
      </ul>
      {isAllDrawn && children}
    </>
  )
}

function screenHere() {
  return SCREEN_NAMES.find((name) => matchMedia(SCREENS[name].media).matches) ?? 'desktop'
}

/** For the first pictures; on a line that slow, the rest is wanted too. */
const PATIENCE_MS = 2_000

type TileProps = { photo: PhotoCard; from: readonly string[] | undefined; eager: boolean }

const Tile = memo(function Tile({ photo, from, eager }: TileProps) {
  return (
    <Link to={paths.photo(photo.id)} state={{ from }} className={styles.link}>
      <Picture photo={photo} ratio={gridRatio(photo)} sizes={sizesInGrid(photo)} eager={eager} />
      {photo.likeCount + photo.commentCount > 0 && (
        <span className={styles.counts} aria-hidden="true">
          <Icon name="heart" filled size={16} /> {short(photo.likeCount)}
          <Icon name="comment" filled size={16} /> {short(photo.commentCount)}
        </span>
      )}
    </Link>
  )
})

function Blank({ photo }: { photo: PhotoCard }) {
  return <div className={styles.bone} style={{ aspectRatio: String(gridRatio(photo)) }} />
}

function GridBones({ rows = 3 }: { rows?: number }) {
  const ratios = [1.5, 0.75, 1.33, 1, 1.5, 0.8, 1.33, 1.5, 0.67, 1, 1.5, 1.33].slice(0, rows * 4)
  return (
    <div className={styles.grid} aria-hidden="true">
      {ratios.map((ratio, i) => (
        <div key={i} className={styles.cell} style={cellShape(ratio)}>
          <div className={styles.bone} style={{ aspectRatio: String(ratio) }} />
        </div>
      ))}
      <div className={styles.filler} />
    </div>
  )
}

function cellShape(ratio: number) {
  return { ['--ratio' as string]: ratio.toFixed(4) }
}
