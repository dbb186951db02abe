import { usePrefetchInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { Profile } from '../../contract/accounts.ts'
import { profileQuery } from '../api/accounts.ts'
import { photosOfQuery } from '../api/photos.ts'
import { ApiError } from '../api/problem.ts'
import { useMe } from '../api/session.ts'
import { Avatar } from '../parts/avatar.tsx'
import { FollowButton } from '../parts/follow-button.tsx'
import { Page } from '../parts/page.tsx'
import { PhotoGrid } from '../parts/photo-grid.tsx'
import { EmptyState, ErrorState, NotFoundState } from '../parts/states.tsx'
import { UserText } from '../parts/user-text.tsx'
import { paths } from '../paths.ts'
import { ButtonLink } from '../ui/button.tsx'
import { short } from '../ui/numbers.ts'
import { Bone, Loading } from '../ui/skeleton.tsx'
import styles from './profile.module.css'

/** A person: who they are, and everything they show. */
export function ProfilePage({ username }: { username: string }) {
  const profile = useQuery(profileQuery(username))
  // both at once, but the grid stands only under a head whose height is known: nothing is pushed down
  usePrefetchInfiniteQuery(photosOfQuery(username))
  if (profile.isError && !profile.data) {
    const isMissing = profile.error instanceof ApiError && [400, 404, 410].includes(profile.error.status)
    return (
      <Page title={`@${username}`} heading={false}>
        {isMissing ? (
          <NotFoundState what={`@${username}`} />
        ) : (
          <ErrorState error={profile.error} onRetry={() => void profile.refetch()} />
        )}
      </Page>
    )
  }
  const name = profile.data ? profile.data.displayName || profile.data.username : `@${username}`
  return (
    <Page title={name} description={`Photographs by ${name}.`} heading={false} width="wide">
      {profile.data ? (
        <>
          <Head profile={profile.data} name={name} />
          <PhotoGrid
            query={photosOfQuery(username)}
            empty={<Empty isSelf={profile.data.viewer?.isSelf ?? false} name={name} />}
          />
        </>
      ) : (
        <HeadBones />
      )}
    </Page>
  )
}

function Head({ profile, name }: { profile: Profile; name: string }) {
  const { username, viewer } = profile
  const me = useMe()
  return (
    <header className={styles.head}>
      <Avatar account={profile} size={112} />
      <div className={styles.who}>
        <div className={styles.names}>
          <p className={styles.name}>
            <bdi>{name}</bdi>
          </p>
          <p className={styles.username}>
            <bdi>@{username}</bdi>
          </p>
        </div>
        <ul className={styles.counts}>
          <Count label={profile.photoCount === 1 ? 'photo' : 'photos'} value={profile.photoCount} />
          <Count
            label={profile.followerCount === 1 ? 'follower' : 'followers'}
            value={profile.followerCount}
            to={paths.followers(username)}
          />
          <Count label="following" value={profile.followingCount} to={paths.following(username)} />
        </ul>
        {profile.bio && (
          <p className={styles.bio}>
            <UserText text={profile.bio} />
          </p>
        )}
      </div>
      <div className={styles.action}>
        {viewer?.isSelf ? (
          <ButtonLink to={paths.settings()} wide>
            Edit profile
          </ButtonLink>
        ) : (
          <FollowButton username={username} follows={viewer?.follows ?? false} wide />
        )}
        {me?.role === 'operator' && (
          <ButtonLink look="quiet" to={paths.opsAccount(username)} wide>
            As an operator
          </ButtonLink>
        )}
      </div>
    </header>
  )
}

/** Read as "12 followers"; a link where there is a list behind the number. */
function Count({ label, value, to }: { label: string; value: number; to?: string }) {
  const text = (
    <>
      <b title={String(value)}>{short(value)}</b> {label}
    </>
  )
  return <li>{to ? <Link to={to}>{text}</Link> : <span>{text}</span>}</li>
}

function Empty({ isSelf, name }: { isSelf: boolean; name: string }) {
  if (!isSelf)
    return (
      <EmptyState icon="photo" title="No photos yet">
        When {name} shares a photo, it appears here.
      </EmptyState>
    )
  return (
    <EmptyState
      icon="photo"
      title="Nothing shared yet"
      action={
        <ButtonLink look="ink" to={paths.upload()}>
          Share your first photo
        </ButtonLink>
      }
    >
      Your photos appear here, each in its own shape.
    </EmptyState>
  )
}

function HeadBones() {
  return (
    <div className={styles.head}>
      <Loading what="the profile" />
      <Bone width={112} height={112} round />
      <div className={styles.who}>
        <Bone width={200} height={28} />
        <Bone width={240} height={16} />
        <Bone width="70%" height={16} />
      </div>
    </div>
  )
}
