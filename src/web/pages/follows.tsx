import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { followersQuery, followingQuery } from '../api/accounts.ts'
import { AccountList } from '../parts/account-list.tsx'
import { Page } from '../parts/page.tsx'
import { EmptyState } from '../parts/states.tsx'
import { paths } from '../paths.ts'
import styles from './follows.module.css'

/** Who follows this person. */
export function FollowersPage({ username }: { username: string }) {
  return (
    <Frame username={username} title="Followers">
      <AccountList
        key={username}
        query={followersQuery(username)}
        empty={<EmptyState icon="person" title={`Nobody follows @${username} yet`} />}
      />
    </Frame>
  )
}

/** Whom this person follows. */
export function FollowingPage({ username }: { username: string }) {
  return (
    <Frame username={username} title="Following">
      <AccountList
        key={username}
        query={followingQuery(username)}
        empty={<EmptyState icon="person" title={`@${username} follows nobody yet`} />}
      />
    </Frame>
  )
}

function Frame({
  username,
  title,
  children,
}: {
  username: string
  title: 'Followers' | 'Following'
  children: ReactNode
}) {
  return (
    <Page title={`${title} of @${username}`} heading={false} width="narrow">
      <Link to={paths.profile(username)} className={styles.back}>
        <bdi>@{username}</bdi>
      </Link>
      <nav className={styles.tabs} aria-label="Followers and following">
        <Link to={paths.followers(username)} replace aria-current={title === 'Followers' ? 'page' : undefined}>
          Followers
        </Link>
        <Link to={paths.following(username)} replace aria-current={title === 'Following' ? 'page' : undefined}>
          Following
        </Link>
      </nav>
      {children}
    </Page>
  )
}
