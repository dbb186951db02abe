import { Suspense } from 'react'
import type { AccountCard } from '../../contract/accounts.ts'
import { useEdgeOrigin } from '../api/media.ts'
import styles from './avatar.module.css'

type Props = { account: Pick<AccountCard, 'username' | 'displayName' | 'avatar'>; size: number }

/** Decoration: the name always stands beside it. Without a picture: the initial on a quiet colour of one's own. */
export function Avatar({ account, size }: Props) {
  const hue = [...account.username].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 360, 7)
  return (
    <span
      aria-hidden="true"
      className={styles.avatar}
      style={{ inlineSize: size, blockSize: size, fontSize: Math.round(size * 0.42), ['--hue' as string]: hue }}
    >
      {(account.displayName || account.username).slice(0, 1).toUpperCase()}
      {account.avatar && (
        <Suspense>
          <Face path={account.avatar} size={size} />
        </Suspense>
      )}
    </span>
  )
}

function Face({ path, size }: { path: string; size: number }) {
  return <img className={styles.face} src={useEdgeOrigin() + path} width={size} height={size} alt="" decoding="async" />
}
