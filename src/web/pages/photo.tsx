import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { PhotoDetail } from '../../contract/photos.ts'
import { SIZES_ON_PAGE } from '../../contract/picture-sources.ts'
import { likersQuery } from '../api/accounts.ts'
import { photoQuery } from '../api/photos.ts'
import { ApiError } from '../api/problem.ts'
import { useMe } from '../api/session.ts'
import { AccountList } from '../parts/account-list.tsx'
import { Comments } from '../parts/comments.tsx'
import { LikeButton, useLike } from '../parts/like.tsx'
import { Neighbours } from '../parts/neighbours.tsx'
import { Page } from '../parts/page.tsx'
import { AuthorLine } from '../parts/photo-card.tsx'
import { PhotoMenu } from '../parts/photo-menu.tsx'
import { Picture } from '../parts/picture.tsx'
import { EmptyState, ErrorState, NotFoundState } from '../parts/states.tsx'
import { UserText } from '../parts/user-text.tsx'
import { paths } from '../paths.ts'
import { ButtonLink } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { counted } from '../ui/numbers.ts'
import { Bone, Loading } from '../ui/skeleton.tsx'
import styles from './photo.module.css'

/** One photo, whole, with everything said about it. */
export function PhotoPage({ id }: { id: string }) {
  const client = useQueryClient()
  const photo = useQuery(photoQuery(client, id))
  if (photo.data) return <Shown photo={photo.data} />
  if (photo.isError) {
    const error = photo.error instanceof ApiError ? photo.error : undefined
    return (
      <Page title="Photo" heading={false}>
        {error?.is('photo.hidden') ? (
          <HiddenState id={id} />
        ) : error && [400, 404, 410].includes(error.status) ? (
          <NotFoundState what="This photo" />
        ) : (
          <ErrorState error={photo.error} onRetry={() => void photo.refetch()} />
        )}
      </Page>
    )
  }
  return <PhotoBones />
}

function HiddenState({ id }: { id: string }) {
  const me = useMe()
  return (
    <EmptyState
      icon="shield"
      title="This photo is hidden"
      action={
        me?.role === 'operator' ? (
          <ButtonLink to={paths.opsPhoto(id)}>Look at it as an operator</ButtonLink>
        ) : (
          <ButtonLink to={paths.explore()}>Explore photos</ButtonLink>
        )
      }
    >
      The operators have hidden it, or suspended who shared it. It may come back. If it is yours, your settings say why.
    </EmptyState>
  )
}

function Shown({ photo }: { photo: PhotoDetail }) {
  const [, navigate] = useLocation()
  const [showsLikers, setShowsLikers] = useState(false)
  const like = useLike(photo)
  const liked = photo.viewer.liked.includes(photo.id)
  const ratio = photo.width / photo.height
  const by = photo.author.displayName || photo.author.username
  return (
    <Page title={photo.caption.split('\n')[0]?.slice(0, 60) || `Photo by ${by}`} heading={false} width="wide">
      <article className={styles.page} style={{ ['--ratio' as string]: ratio.toFixed(4) }}>
        <div className={styles.stage}>
          <div className={styles.picture} onDoubleClick={() => !liked && like(true)}>
            <Picture photo={photo} ratio={ratio} sizes={SIZES_ON_PAGE} eager contain />
          </div>
          <Neighbours id={photo.id} />
        </div>
        <div className={styles.side}>
          <header className={styles.head}>
            <AuthorLine photo={photo} />
            <PhotoMenu
              photo={photo}
              onDeleted={() => navigate(paths.profile(photo.author.username), { replace: true })}
            />
          </header>
          {photo.caption && (
            <p className={styles.caption}>
              <UserText text={photo.caption} />
            </p>
          )}
          <div className={styles.actions}>
            <LikeButton photo={photo} liked={liked} isCounted={false} />
            {photo.likeCount > 0 && (
              <button type="button" className={styles.likers} onClick={() => setShowsLikers(true)}>
                {counted(photo.likeCount, 'person likes', 'people like')} this
              </button>
            )}
          </div>
          <Comments photo={photo} />
        </div>
      </article>
      {showsLikers && (
        <Dialog title="Liked by" onClose={() => setShowsLikers(false)}>
          <AccountList query={likersQuery(photo.id)} empty={<p>Nobody yet.</p>} />
        </Dialog>
      )}
    </Page>
  )
}

function PhotoBones() {
  return (
    <Page title="Photo" heading={false} width="wide">
      <Loading what="the photo" />
      <div className={styles.page} aria-hidden="true" style={{ ['--ratio' as string]: 1.5 }}>
        <div className={styles.stage}>
          <div className={styles.blank} />
        </div>
        <div className={styles.side}>
          <Bone width={180} height={40} />
          <Bone width="80%" height={14} />
          <Bone width="60%" height={14} />
        </div>
      </div>
    </Page>
  )
}
