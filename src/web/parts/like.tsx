import { useQueryClient } from '@tanstack/react-query'
import type { PhotoCard } from '../../contract/photos.ts'
import { setLike } from '../api/photos.ts'
import { noteServerAnswer } from '../api/server-state.ts'
import { Icon } from '../ui/icon.tsx'
import { counted, short } from '../ui/numbers.ts'
import { toastRefusal } from './refusal.ts'
import styles from './like.module.css'
import { useRequireAccount } from './require-account.ts'

export function useLike(photo: PhotoCard): (liked: boolean) => void {
  const client = useQueryClient()
  const requireAccount = useRequireAccount()
  return (liked) =>
    requireAccount(() => {
      setLike(client, photo, liked).then(
        () => noteServerAnswer(undefined),
        (error: unknown) => toastRefusal(error, liked ? 'Your like was not saved.' : 'Your like is still there.'),
      )
    })
}

export function LikeButton({
  photo,
  liked,
  isCounted = true,
}: {
  photo: PhotoCard
  liked: boolean
  isCounted?: boolean
}) {
  const like = useLike(photo)
  return (
    <button
      type="button"
      className={styles.like}
      aria-pressed={liked}
      aria-label={`Like, ${counted(photo.likeCount, 'like')}`}
      onClick={() => like(!liked)}
    >
      <Icon name="heart" filled={liked} />
      <span aria-hidden="true">{isCounted && photo.likeCount > 0 && short(photo.likeCount)}</span>
    </button>
  )
}
