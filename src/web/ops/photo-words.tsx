import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { MadeReport, OpsPhoto } from '../../contract/moderation.ts'
import type { AccountCard } from '../../contract/accounts.ts'
import { REASON_NAMES } from '../api/reports.ts'
import { Avatar } from '../parts/avatar.tsx'
import { paths } from '../paths.ts'
import { short } from '../ui/numbers.ts'
import { Ago } from '../ui/time.tsx'
import styles from './ops.module.css'

/** A person, as a way to what operators know of them. */
export function Who({ account }: { account: AccountCard }) {
  return (
    <Link to={paths.opsAccount(account.username)} className={styles.who}>
      <Avatar account={account} size={28} />
      <bdi>{account.displayName || account.username}</bdi>
      <bdi className={styles.muted}>@{account.username}</bdi>
    </Link>
  )
}

/** Whether others see it; in words, the colour only helps. */
export function PhotoState({ photo }: { photo: OpsPhoto }) {
  if (photo.hidden)
    return (
      <Badge isBad>
        Hidden <Ago at={photo.hidden.hiddenAt} />
      </Badge>
    )
  if (photo.isAuthorSuspended) return <Badge isBad>Author suspended</Badge>
  return <Badge>Visible</Badge>
}

export function Badge({ isBad = false, children }: { isBad?: boolean; children: ReactNode }) {
  return (
    <span className={styles.badge} data-bad={isBad || undefined}>
      {children}
    </span>
  )
}

/** Names and values, side by side where there is room. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

export function reportCounts({
  reportCount,
  openReportCount,
}: Pick<OpsPhoto, 'reportCount' | 'openReportCount'>): string {
  return reportCount === 0 ? 'none' : `${short(reportCount)}, ${short(openReportCount)} open`
}

/** What people said is wrong. */
export function ReportRows({ reports }: { reports: MadeReport[] }) {
  return (
    <ul className={styles.reports}>
      {reports.map((report) => (
        <li key={report.reporter.username}>
          <Who account={report.reporter} />
          <p>
            <b>{REASON_NAMES[report.reason]}</b>{' '}
            <span className={styles.muted}>
              <Ago at={report.createdAt} />
              {report.settledAt && (
                <>
                  , settled: <Ago at={report.settledAt} />
                </>
              )}
            </span>
          </p>
          {report.text && (
            <p className={styles.quote} dir="auto">
              {report.text}
            </p>
          )}
        </li>
      ))}
    </ul>
  )
}
