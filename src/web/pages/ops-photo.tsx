import { useQuery } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import type { OpsPhoto } from '../../contract/moderation.ts'
import { opsPhotoQuery, reportsOnQuery } from '../api/operators.ts'
import { ApiError } from '../api/problem.ts'
import { Acts } from '../ops/act-rows.tsx'
import { OpsList } from '../ops/ops-list.tsx'
import { OpsBones, OpsPage } from '../ops/ops-page.tsx'
import { OpsPicture } from '../ops/ops-picture.tsx'
import styles from '../ops/ops.module.css'
import { PhotoActs } from '../ops/photo-acts.tsx'
import { Facts, PhotoState, reportCounts, ReportRows, Who } from '../ops/photo-words.tsx'
import { ErrorState, NotFoundState } from '../parts/states.tsx'
import { paths } from '../paths.ts'
import { Section } from '../settings/section.tsx'
import { ButtonLink } from '../ui/button.tsx'
import { short } from '../ui/numbers.ts'

/** A photo as operators see it, hidden or not, with all that was said and done about it. */
export function OpsPhotoPage({ id }: { id: string }) {
  return (
    <OpsPage title="Photo">
      <Loaded id={id} />
    </OpsPage>
  )
}

function Loaded({ id }: { id: string }) {
  const photo = useQuery(opsPhotoQuery(id))
  if (photo.data) return <Shown photo={photo.data} />
  if (photo.isPending) return <OpsBones />
  if (photo.error instanceof ApiError && [400, 404, 410].includes(photo.error.status))
    return <NotFoundState what="This photo" />
  return <ErrorState error={photo.error} onRetry={() => void photo.refetch()} />
}

function Shown({ photo }: { photo: OpsPhoto }) {
  const [, navigate] = useLocation()
  const { card, hidden } = photo
  return (
    <>
      <article className={styles.item} data-large>
        <OpsPicture
          photo={photo}
          ratio={Math.max(0.7, card.width / card.height)}
          sizes="(min-width: 1024px) 560px, 100vw"
        />
        <div className={styles.words}>
          <div className={styles.line}>
            <Who account={card.author} />
            <PhotoState photo={photo} />
          </div>
          {hidden && (
            <p dir="auto">
              <b>Reason:</b> {hidden.reason}
            </p>
          )}
          <p className={styles.caption} dir="auto">
            {card.caption || <span className={styles.muted}>No caption</span>}
          </p>
          <Facts
            facts={[
              ['Published', new Date(card.createdAt).toLocaleDateString()],
              ['Likes', short(card.likeCount)],
              ['Comments', short(card.commentCount)],
              ['Reports', reportCounts(photo)],
            ]}
          />
          <PhotoActs
            photo={photo}
            onDeleted={() => navigate(paths.opsAccount(card.author.username), { replace: true })}
          >
            {!hidden && !photo.isAuthorSuspended && <ButtonLink to={paths.photo(card.id)}>See its page</ButtonLink>}
          </PhotoActs>
        </div>
      </article>
      <Section title="Reports">
        <OpsList
          query={reportsOnQuery(card.id)}
          empty={<p className={styles.muted}>Nobody has reported this photo.</p>}
        >
          {(reports) => <ReportRows reports={reports} />}
        </OpsList>
      </Section>
      <Section title="History">
        <Acts target={card.id} />
      </Section>
    </>
  )
}
