import { memo, useDeferredValue, useState } from 'react'
import { Link } from 'wouter'
import type { PhotoCard } from '../../contract/photos.ts'
import { paths } from '../paths.ts'
import { Icon } from '../ui/icon.tsx'
import { short } from '../ui/numbers.ts'
import { Bone } from '../ui/skeleton.tsx'
import { Ago } from '../ui/time.tsx'
import { Avatar } from './avatar.tsx'
import { LikeButton } from './like.tsx'
import { Comments } from './comments.tsx'
import styles from './photo-card.module.css'
import { PhotoMenu } from './photo-menu.tsx'
import { TapPicture } from './tap-picture.tsx'
import { UserText } from './user-text.tsx'
import { useProcessing } from './use-processing.ts'

type FeedPhotoProps = { photo: PhotoCard; liked: boolean; eager: boolean }

/** One photo in the feed: who, the picture, what one can do, what was said. A like draws its own card again, not the whole feed. */
export const FeedPhoto = memo(function FeedPhoto({ photo, liked, eager }: FeedPhotoProps) {
  const [isTalking, setTalking] = useState(false)
  // the button answers at once, the conversation is drawn after that was painted
  const isTalkDrawn = useDeferredValue(isTalking)
  useProcessing(photo)
  return (
    <article className={styles.card} aria-label={`Photo by ${photo.author.displayName || photo.author.username}`}>
      <header className={styles.head}>
        <AuthorLine photo={photo} />
        <PhotoMenu photo={photo} />
      </header>
      <div className={styles.picture}>
        <TapPicture photo={photo} liked={liked} from={['photos', 'feed']} eager={eager} />
      </div>
      <div className={styles.foot}>
        <div className={styles.actions}>
          <LikeButton photo={photo} liked={liked} />
          <button
            type="button"
            className={styles.talk}
            aria-expanded={isTalking}
            aria-label={`Comments, ${short(photo.commentCount)}`}
            onClick={() => setTalking(!isTalking)}
          >
            <Icon name="comment" />
            <span aria-hidden="true">{photo.commentCount > 0 && short(photo.commentCount)}</span>
          </button>
        </div>
        {photo.caption && (
          <p className={styles.caption}>
            <UserText text={photo.caption} clamp />
          </p>
        )}
        {isTalkDrawn && <Comments photo={photo} />}
      </div>
    </article>
  )
})

export function AuthorLine({ photo }: { photo: PhotoCard }) {
  const { author } = photo
  return (
    <div className={styles.author}>
      <Link to={paths.profile(author.username)} className={styles.face} tabIndex={-1} aria-hidden="true">
        <Avatar account={author} size={40} />
      </Link>
      <div className={styles.names}>
        <Link to={paths.profile(author.username)} className={styles.name}>
          <bdi>{author.displayName || author.username}</bdi>
        </Link>
        <Link to={paths.photo(photo.id)} className={styles.when}>
          <Ago at={photo.createdAt} />
        </Link>
      </div>
    </div>
  )
}

export function FeedBones({ count = 2 }: { count?: number }) {
  return Array.from({ length: count }, (_, i) => (
    <div key={i} className={styles.card} aria-hidden="true">
      <div className={styles.head}>
        <div className={styles.author}>
          <Bone width={40} height={40} round />
          <div className={styles.names}>
            <Bone width={140} height={14} />
          </div>
        </div>
      </div>
      <div className={styles.blank} />
      <div className={styles.foot}>
        <Bone width={112} height={32} />
        <Bone width="60%" height={16} />
      </div>
    </div>
  ))
}
