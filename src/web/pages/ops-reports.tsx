import { Link, useSearchParams } from 'wouter'
import type { ReportedPhoto, ReportState } from '../../contract/moderation.ts'
import { reportsQuery } from '../api/operators.ts'
import { REASON_NAMES } from '../api/reports.ts'
import { OpsList } from '../ops/ops-list.tsx'
import { OpsPage } from '../ops/ops-page.tsx'
import { OpsPicture } from '../ops/ops-picture.tsx'
import styles from '../ops/ops.module.css'
import { PhotoActs } from '../ops/photo-acts.tsx'
import { PhotoState, ReportRows, Who } from '../ops/photo-words.tsx'
import { EmptyState } from '../parts/states.tsx'
import { paths } from '../paths.ts'
import { counted } from '../ui/numbers.ts'
import { Segments } from '../ui/segments.tsx'

const STATES: readonly [ReportState, string][] = [
  ['open', 'Open'],
  ['settled', 'Settled'],
]
/** Nobody should have to look at these unprepared. */
const VEILED = new Set(['nudity', 'violence'])

/** What people reported, and what to do about it. */
export function OpsReportsPage() {
  const [params, setParams] = useSearchParams()
  const state = params.get('state') === 'settled' ? 'settled' : 'open'
  return (
    <OpsPage title="Reports">
      <div className={styles.filter}>
        <Segments
          label="Which reports"
          options={STATES}
          value={state}
          onChange={(state) => setParams(state === 'open' ? {} : { state }, { replace: true })}
        />
      </div>
      <OpsList key={state} query={reportsQuery(state)} empty={<Empty state={state} />}>
        {(items) => (
          <ul className={styles.list}>
            {items.map((item) => (
              <Reported key={item.photo.card.id} item={item} />
            ))}
          </ul>
        )}
      </OpsList>
    </OpsPage>
  )
}

function Reported({ item: { photo, reasons, reports } }: { item: ReportedPhoto }) {
  const { card } = photo
  const count = reasons.reduce((sum, reason) => sum + reason.count, 0)
  const named = reasons.map(({ reason, count }) => `${REASON_NAMES[reason]}${count > 1 ? ` (${count})` : ''}`)
  return (
    <li className={styles.item} aria-label={`Photo by ${card.author.username}`}>
      <OpsPicture
        photo={photo}
        ratio={4 / 3}
        sizes="(min-width: 768px) 300px, 100vw"
        isVeiled={reasons.some(({ reason }) => VEILED.has(reason))}
      />
      <div className={styles.words}>
        <div className={styles.line}>
          <Who account={card.author} />
          <PhotoState photo={photo} />
        </div>
        {card.caption && (
          <p className={styles.caption} dir="auto">
            {card.caption}
          </p>
        )}
        <p>
          {counted(count, 'report')}: {named.join(', ')}
        </p>
        <ReportRows reports={reports} />
        {count > reports.length && (
          <p className={styles.muted}>{counted(count - reports.length, 'earlier report')} not shown here.</p>
        )}
        <p>
          <Link to={paths.opsPhoto(card.id)} className={styles.link}>
            Everything about this photo
          </Link>
        </p>
        <PhotoActs photo={photo} reportedAs={reasons.map(({ reason }) => REASON_NAMES[reason]).join(', ')} />
      </div>
    </li>
  )
}

function Empty({ state }: { state: ReportState }) {
  if (state === 'settled')
    return (
      <EmptyState icon="shield" title="Nothing was settled yet">
        Photos appear here once an operator has hidden them or found nothing wrong.
      </EmptyState>
    )
  return (
    <EmptyState icon="shield" title="Nothing to look at">
      When somebody reports a photo, it appears here.
    </EmptyState>
  )
}
