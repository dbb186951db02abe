import type { InfiniteData, QueryClient, QueryKey } from '@tanstack/react-query'
import type { PhotoCard, PhotoDetail, PhotoPage } from '../../contract/photos.ts'

/** One photo may stand in several lists (feed, explore, a profile) and on its own page: these keep them all alike. */
export type PhotoPatch = Partial<PhotoCard> & { liked?: boolean }
type Lists = InfiniteData<PhotoPage>

export function patchPhoto(client: QueryClient, id: string, { liked, ...card }: PhotoPatch): void {
  changePages(client, (page) => {
    if (!page.items.some((photo) => photo.id === id)) return page
    const items = page.items.map((photo) => (photo.id === id ? { ...photo, ...card } : photo))
    return { ...page, items, viewer: { liked: withLike(page.viewer.liked, id, liked) } }
  })
  client.setQueryData<PhotoDetail>(['photo', id], (photo) =>
    photo ? { ...photo, ...card, viewer: { liked: withLike(photo.viewer.liked, id, liked) } } : photo,
  )
}

export function dropFromLists(client: QueryClient, id: string): void {
  changePages(client, (page) => ({ ...page, items: page.items.filter((photo) => photo.id !== id) }))
  client.setQueryData<PhotoPage>(['feed-head'], (page) =>
    page ? { ...page, items: page.items.filter((photo) => photo.id !== id) } : page,
  )
}

export function addToLists(client: QueryClient, photo: PhotoCard, keys: QueryKey[]): void {
  for (const key of keys) {
    client.setQueryData<Lists>(key, (data) => {
      const [first, ...rest] = data?.pages ?? []
      if (!data || !first || first.items.some((known) => known.id === photo.id)) return data
      return { ...data, pages: [{ ...first, items: [photo, ...first.items] }, ...rest] }
    })
  }
}

/** The card as some list has it, in the shape of the photo's own page. */
export function findInLists(client: QueryClient, id: string): PhotoDetail | undefined {
  for (const [, data] of client.getQueriesData<Lists>({ queryKey: ['photos'] })) {
    for (const page of data?.pages ?? []) {
      const photo = page.items.find((item) => item.id === id)
      if (photo) return { ...photo, viewer: { liked: page.viewer.liked.includes(id) ? [id] : [] } }
    }
  }
  return undefined
}

function changePages(client: QueryClient, change: (page: PhotoPage) => PhotoPage): void {
  client.setQueriesData<Lists>({ queryKey: ['photos'] }, (data) =>
    data ? { ...data, pages: data.pages.map(change) } : data,
  )
}

function withLike(ids: string[], id: string, liked: boolean | undefined): string[] {
  if (liked === undefined || ids.includes(id) === liked) return ids
  return liked ? [...ids, id] : ids.filter((known) => known !== id)
}
