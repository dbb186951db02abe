import { useRef, useState, type MouseEvent } from 'react'
import { Link, useLocation } from 'wouter'
import type { PhotoCard } from '../../contract/photos.ts'
import { SIZES_IN_FEED } from '../../contract/picture-sources.ts'
import { paths } from '../paths.ts'
import { Icon } from '../ui/icon.tsx'
import { useLike } from './like.tsx'
import { Picture } from './picture.tsx'
import styles from './tap-picture.module.css'

/** How long a first tap waits for a second one. */
const DOUBLE_TAP_MS = 230
/** A phone's upright 3:4 is shown whole; anything taller is cropped here and whole on its own page. */
const TALLEST = 3 / 4
const WIDEST = 2.2

type Props = { photo: PhotoCard; liked: boolean; from: readonly string[]; eager: boolean }

/** A picture that opens on a tap and is liked by two. The keyboard opens it at once; the heart button is its equal. */
export function TapPicture({ photo, liked, from, eager }: Props) {
  const like = useLike(photo)
  const [, navigate] = useLocation()
  const [burst, setBurst] = useState(0)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const open = () => navigate(paths.photo(photo.id), { state: { from } })
  const onClick = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    if (event.detail === 0) return open()
    if (timer.current === undefined) {
      timer.current = setTimeout(() => {
        timer.current = undefined
        open()
      }, DOUBLE_TAP_MS)
      return
    }
    clearTimeout(timer.current)
    timer.current = undefined
    setBurst((count) => count + 1)
    if (!liked) like(true)
  }
  return (
    <Link to={paths.photo(photo.id)} className={styles.link} onClick={onClick}>
      <Picture
        photo={photo}
        ratio={Math.min(WIDEST, Math.max(TALLEST, photo.width / photo.height))}
        sizes={SIZES_IN_FEED}
        eager={eager}
      />
      {burst > 0 && (
        <span key={burst} className={styles.burst}>
          <Icon name="heart" filled size={112} />
        </span>
      )}
    </Link>
  )
}
