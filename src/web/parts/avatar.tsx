import { Suspense, useState } from 'react'
import type { AccountCard } from '../../contract/accounts.ts'
import { useEdgeOrigin } from '../api/media.ts'
import styles from './avatar.module.css'

type Props = { account: Pick<AccountCard, 'username' | 'displayName' | 'avatar'>; size: number }

/** Decoration: the name always stands beside it. Without a picture: the initial on a quiet colour of one's own. */
export function Avatar({ account, size }: Props) {
  const hue = Array.from(account.username, (char) => char.charCodeAt(0)).reduce(
    (sum, code) => (sum * 31 + code) % 360,
    7,
  )
  return (
    <span
      aria-hidden="true"
      className={styles.avatar}
      style={{ inlineSize: size, blockSize: size, fontSize: Math.round(size * 0.42), ['--hue' as string]: hue }}
    >
      {initial(account.displayName || account.username)}
      {account.avatar && (
        <Suspense>
          <Face key={account.avatar} path={account.avatar} size={size} />
        </Suspense>
      )}
    </span>
  )
}

/** By code point, so that an emoji or a rare letter stays whole. */
function initial(name: string): string {
  return String.fromCodePoint(name.codePointAt(0) ?? 0x3f).toUpperCase()
}

/** From the edge, else from the load balancer, else the initial behind it. */
function Face({ path, size }: { path: string; size: number }) {
  const edge = useEdgeOrigin()
  const [failures, setFailures] = useState(0)
  const origin = edge && failures === 0 ? edge : ''
  if (failures > (edge ? 1 : 0)) return null
  return (
    <img
      className={styles.face}
      src={origin + path}
      width={size}
      height={size}
      alt=""
      decoding="async"
      onError={() => setFailures(failures + 1)}
    />
  )
}
