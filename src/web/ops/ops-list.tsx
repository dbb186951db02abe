import { useInfiniteQuery, type InfiniteData, type QueryKey, type UseInfiniteQueryOptions } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { MoreBelow } from '../parts/endless.tsx'
import { ErrorState } from '../parts/states.tsx'
import { OpsBones } from './ops-page.tsx'

type ItemPage<Item> = { items: Item[]; nextCursor: string | null }
type Props<Item, Key extends QueryKey> = {
  query: UseInfiniteQueryOptions<ItemPage<Item>, Error, InfiniteData<ItemPage<Item>>, Key, string | null>
  empty: ReactNode
  children: (items: Item[]) => ReactNode
}

/** An endless list with its states, whatever it lists. */
export function OpsList<Item, Key extends QueryKey>({ query, empty, children }: Props<Item, Key>) {
  const list = useInfiniteQuery(query)
  if (list.isPending) return <OpsBones />
  if (list.isError && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  const items = list.data.pages.flatMap((page) => page.items)
  return (
    <>
      {items.length === 0 && !list.hasNextPage ? empty : children(items)}
      <MoreBelow source={list} pages={list.data.pages.length} what="entries">
        {null}
      </MoreBelow>
    </>
  )
}
