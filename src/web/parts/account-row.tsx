import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { AccountCard } from '../../contract/accounts.ts'
import { paths } from '../paths.ts'
import { Bone } from '../ui/skeleton.tsx'
import styles from './account-row.module.css'
import { Avatar } from './avatar.tsx'

/** One person in a list, with what can be done at the end of the line. */
export function AccountRow({ account, children }: { account: AccountCard; children?: ReactNode }) {
  return (
    <div className={styles.row}>
      <Link to={paths.profile(account.username)} className={styles.who}>
        <Avatar account={account} size={48} />
        <span className={styles.names}>
          <bdi className={styles.name}>{account.displayName || account.username}</bdi>
          <bdi className={styles.username}>@{account.username}</bdi>
        </span>
      </Link>
      {children}
    </div>
  )
}

export function AccountRowBones({ count }: { count: number }) {
  return Array.from({ length: count }, (_, i) => (
    <div key={i} className={styles.row} aria-hidden="true">
      <span className={styles.who}>
        <Bone width={48} height={48} round />
        <span className={styles.names}>
          <Bone width={120 + ((i * 37) % 60)} height={14} />
          <Bone width={84} height={12} />
        </span>
      </span>
    </div>
  ))
}
