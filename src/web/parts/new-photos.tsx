import { useQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query'
import type { PhotoPage } from '../../contract/photos.ts'
import { feedHeadQuery, feedQuery } from '../api/photos.ts'
import { Icon } from '../ui/icon.tsx'
import { counted } from '../ui/numbers.ts'
import styles from './new-photos.module.css'

/** Offers what has come since, instead of moving what one looks at. Ids are in order of time. */
export function NewPhotos({ shownId }: { shownId: string }) {
  const client = useQueryClient()
  const head = useQuery({ ...feedHeadQuery, initialData: () => client.getQueryData(feedQuery.queryKey)?.pages[0] }).data
  const fresh = head?.items.filter((photo) => photo.id > shownId).length ?? 0
  const show = () => {
    if (!head) return
    // the head becomes the whole list; what follows is asked for while scrolling
    client.setQueryData<InfiniteData<PhotoPage, string | null>>(feedQuery.queryKey, {
      pages: [head],
      pageParams: [null],
    })
    window.scrollTo({ top: 0, behavior: 'smooth' })
  }
  return (
    <div className={styles.place} role="status">
      {fresh > 0 && (
        <button type="button" className={styles.pill} onClick={show}>
          <Icon name="up" size={18} /> {counted(fresh, 'new photo')}
        </button>
      )}
    </div>
  )
}
