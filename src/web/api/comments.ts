import { infiniteQueryOptions, type InfiniteData, type QueryClient } from '@tanstack/react-query'
import type { Comment, CommentPage, PhotoCard } from '../../contract/photos.ts'
import { call } from './client.ts'
import { findInLists, patchPhoto } from './photo-cache.ts'

/** Newest first, as the API pages them. */
export function commentsQuery(photoId: string) {
  return infiniteQueryOptions({
    queryKey: ['comments', photoId],
    queryFn: ({ pageParam, signal }) =>
      call<CommentPage>('GET', `/api/photos/${encodeURIComponent(photoId)}/comments`, {
        query: { cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    staleTime: 30_000,
  })
}

export async function postComment(client: QueryClient, photoId: string, text: string, key: string): Promise<void> {
  const comment = await call<Comment>('POST', `/api/photos/${encodeURIComponent(photoId)}/comments`, {
    body: { text },
    key,
  })
  change(client, photoId, 1, ([first, ...rest]) =>
    first ? [{ ...first, items: [comment, ...first.items] }, ...rest] : [],
  )
}

export async function deleteComment(client: QueryClient, photoId: string, id: string): Promise<void> {
  await call('DELETE', `/api/comments/${encodeURIComponent(id)}`)
  change(client, photoId, -1, (pages) =>
    pages.map((page) => ({ ...page, items: page.items.filter((comment) => comment.id !== id) })),
  )
}

function change(
  client: QueryClient,
  photoId: string,
  by: 1 | -1,
  pages: (pages: CommentPage[]) => CommentPage[],
): void {
  client.setQueryData<InfiniteData<CommentPage, string | null>>(commentsQuery(photoId).queryKey, (data) =>
    data ? { ...data, pages: pages(data.pages) } : data,
  )
  const known = client.getQueryData<PhotoCard>(['photo', photoId]) ?? findInLists(client, photoId)
  if (known) patchPhoto(client, photoId, { commentCount: Math.max(0, known.commentCount + by) })
}
