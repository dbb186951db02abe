import { useInfiniteQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { followersQuery } from '../api/accounts.ts'
import { useMe } from '../api/session.ts'
import { Loading } from '../ui/skeleton.tsx'
import { AccountRow, AccountRowBones } from './account-row.tsx'
import { MoreBelow } from './endless.tsx'
import { FollowButton } from './follow-button.tsx'
import { ErrorState } from './states.tsx'

/** An endless list of people: followers, following, likers, search results. */
export function AccountList({ query, empty }: { query: ReturnType<typeof followersQuery>; empty: ReactNode }) {
  const list = useInfiniteQuery(query)
  const me = useMe()
  const isEmpty = !list.data?.pages[0]?.items.length
  if (list.isPending || (isEmpty && list.isPlaceholderData))
    return (
      <>
        <Loading what="people" />
        <AccountRowBones count={6} />
      </>
    )
  if (list.isError && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  if (isEmpty) return empty
  return (
    <>
      <ul aria-busy={list.isPlaceholderData}>
        {list.data.pages.flatMap((page) =>
          page.items.map((account) => (
            <li key={account.username}>
              <AccountRow account={account}>
                {account.username !== me?.username && (
                  <FollowButton username={account.username} follows={page.viewer.follows.includes(account.username)} />
                )}
              </AccountRow>
            </li>
          )),
        )}
      </ul>
      {!list.isPlaceholderData && (
        <MoreBelow source={list} pages={list.data.pages.length} what="people">
          <AccountRowBones count={2} />
        </MoreBelow>
      )}
    </>
  )
}
