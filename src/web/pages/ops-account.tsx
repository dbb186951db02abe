import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import type { OpsAccount, OpsPhoto } from '../../contract/moderation.ts'
import { opsAccountQuery, opsPhotosQuery, restoreAccount, suspendAccount } from '../api/operators.ts'
import { ApiError } from '../api/problem.ts'
import { Acts } from '../ops/act-rows.tsx'
import { ConfirmDialog } from '../ops/confirm-dialog.tsx'
import { OpsList } from '../ops/ops-list.tsx'
import { OpsBones, OpsPage } from '../ops/ops-page.tsx'
import { OpsPicture } from '../ops/ops-picture.tsx'
import styles from '../ops/ops.module.css'
import { Badge, Facts, PhotoState, reportCounts } from '../ops/photo-words.tsx'
import { Avatar } from '../parts/avatar.tsx'
import { ProblemNote } from '../parts/problem-note.tsx'
import { ErrorState, NotFoundState } from '../parts/states.tsx'
import { paths } from '../paths.ts'
import { Section } from '../settings/section.tsx'
import { Button, ButtonLink } from '../ui/button.tsx'
import { counted, short } from '../ui/numbers.ts'
import { Segments } from '../ui/segments.tsx'
import { Ago } from '../ui/time.tsx'
import { toast } from '../ui/toast.tsx'

/** An account as operators see it, suspended or not, with all its photos and what was done to it. */
export function OpsAccountPage({ username }: { username: string }) {
  return (
    <OpsPage title={`@${username}`}>
      <Loaded username={username} />
    </OpsPage>
  )
}

function Loaded({ username }: { username: string }) {
  const account = useQuery(opsAccountQuery(username))
  if (account.data) return <Shown account={account.data} />
  if (account.isPending) return <OpsBones />
  if (account.error instanceof ApiError && [400, 404].includes(account.error.status))
    return <NotFoundState what={`@${username}`} />
  return <ErrorState error={account.error} onRetry={() => void account.refetch()} />
}

function Shown({ account }: { account: OpsAccount }) {
  const { username, suspended } = account
  return (
    <>
      <header className={styles.head}>
        {/* a suspended account's picture is out of sight, too */}
        <Avatar account={suspended ? { ...account, avatar: null } : account} size={72} />
        <div className={styles.words}>
          <p className={styles.name}>
            <bdi>{account.displayName || username}</bdi> <bdi className={styles.muted}>@{username}</bdi>{' '}
            {account.role === 'operator' && <Badge>Operator</Badge>}
            {suspended && (
              <Badge isBad>
                Suspended <Ago at={suspended.suspendedAt} />
              </Badge>
            )}
          </p>
          {suspended && (
            <p dir="auto">
              <b>Reason:</b> {suspended.reason}
            </p>
          )}
          {account.bio && <p dir="auto">{account.bio}</p>}
          <Facts
            facts={[
              ['Here since', new Date(account.createdAt).toLocaleDateString()],
              ['Photos shown', short(account.photoCount)],
              ['Hidden', short(account.hiddenPhotoCount)],
              ['Followers', short(account.followerCount)],
              ['Following', short(account.followingCount)],
              ['Signed in on', counted(account.sessionCount, 'device')],
              ['Reports', reportCounts(account)],
            ]}
          />
          <Suspension account={account} />
        </div>
      </header>
      <Photos key={username} username={username} />
      <Section title="History">
        <Acts target={username} />
      </Section>
    </>
  )
}

function Suspension({ account: { username, suspended, role } }: { account: OpsAccount }) {
  const client = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const restore = useMutation({
    mutationFn: () => restoreAccount(client, username),
    onSuccess: () => toast(`@${username} is back`),
  })
  return (
    <div className={styles.acts}>
      <div className={styles.buttons}>
        {suspended ? (
          <Button busy={restore.isPending} onClick={() => restore.mutate()}>
            Lift suspension
          </Button>
        ) : (
          <>
            {role !== 'operator' && (
              <Button look="ink" onClick={() => setAsking(true)}>
                Suspend account…
              </Button>
            )}
            <ButtonLink to={paths.profile(username)}>See the profile</ButtonLink>
          </>
        )}
      </div>
      {role === 'operator' && <p className={styles.muted}>An operator cannot be suspended.</p>}
      <ProblemNote error={restore.error} />
      {isAsking && (
        <ConfirmDialog
          title={`Suspend @${username}?`}
          action="Suspend account"
          done={`@${username} is suspended and signed out everywhere`}
          reasonHint="Whoever tries to sign in to this account reads it."
          run={(reason) => suspendAccount(client, username, reason)}
          onClose={() => setAsking(false)}
        >
          It is signed out everywhere, and its photos, likes, comments and follows go out of sight. You can lift it, and
          all of it comes back.
        </ConfirmDialog>
      )}
    </div>
  )
}

const WHICH: readonly ['' | 'hidden', string][] = [
  ['', 'All'],
  ['hidden', 'Hidden'],
]

function Photos({ username }: { username: string }) {
  const [only, setOnly] = useState<'' | 'hidden'>('')
  return (
    <Section title="Photos">
      <div className={styles.filter}>
        <Segments label="Which photos" options={WHICH} value={only} onChange={setOnly} />
      </div>
      <OpsList
        key={only}
        query={opsPhotosQuery(username, only)}
        empty={<p className={styles.muted}>{only ? 'None of its photos is hidden.' : 'It has no photos.'}</p>}
      >
        {(photos) => (
          <ul className={styles.grid}>
            {photos.map((photo) => (
              <li key={photo.card.id}>
                <Tile photo={photo} />
              </li>
            ))}
          </ul>
        )}
      </OpsList>
    </Section>
  )
}

function Tile({ photo }: { photo: OpsPhoto }) {
  return (
    <Link to={paths.opsPhoto(photo.card.id)} className={styles.tile}>
      <OpsPicture photo={photo} ratio={1} sizes="200px" />
      <span className={styles.line}>
        {(photo.hidden || photo.isAuthorSuspended) && <PhotoState photo={photo} />}
        {photo.openReportCount > 0 && <Badge isBad>{counted(photo.openReportCount, 'open report')}</Badge>}
      </span>
    </Link>
  )
}
