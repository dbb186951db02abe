import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query'
import type { HiddenPhotoPage } from '../../contract/moderation.ts'
import type { EditPhoto, LikeState, PhotoCard, PhotoDetail, PhotoPage } from '../../contract/photos.ts'
import { takeBrought } from './brought.ts'
import { call } from './client.ts'
import { addToLists, dropFromLists, findInLists, patchPhoto } from './photo-cache.ts'

const at = (id: string) => `/api/photos/${encodeURIComponent(id)}`
const POLL_PROCESSING_MS = 1200

function listQuery(key: readonly string[], path: string) {
  return infiniteQueryOptions({
    queryKey: ['photos', ...key],
    queryFn: ({ pageParam, signal }) => call<PhotoPage>('GET', path, { query: { cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    initialData: () => {
      const first = takeBrought(path) as PhotoPage | undefined
      return first && { pages: [first], pageParams: [null] }
    },
  })
}

export const feedQuery = listQuery(['feed'], '/api/feed')
export const exploreQuery = listQuery(['explore'], '/api/explore')

export function photosOfQuery(username: string) {
  return listQuery(['of', username.toLowerCase()], `/api/accounts/${encodeURIComponent(username)}/photos`)
}

/** The list that a photo's page was opened from, as its address carries it in the history. */
export function listQueryOf([, kind, username = '']: readonly string[]) {
  return kind === 'of' ? photosOfQuery(username) : kind === 'feed' ? feedQuery : exploreQuery
}

/** Of one's own, those that operators hid. */
export const hiddenPhotosQuery = infiniteQueryOptions({
  queryKey: ['hidden-photos'],
  queryFn: ({ pageParam, signal }) =>
    call<HiddenPhotoPage>('GET', '/api/accounts/me/hidden-photos', { query: { cursor: pageParam }, signal }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.nextCursor,
  staleTime: 0,
})

/** The newest page of the feed, asked for now and then: is there anything above what is shown? */
export const feedHeadQuery = queryOptions({
  queryKey: ['feed-head'],
  queryFn: ({ signal }) => call<PhotoPage>('GET', '/api/feed', { signal }),
  refetchInterval: 45_000,
  refetchOnWindowFocus: true,
  staleTime: 30_000,
})

/** One photo; starts from the card that a list already holds, and asks again until its renditions are there. */
export function photoQuery(client: QueryClient, id: string) {
  return queryOptions({
    queryKey: ['photo', id],
    queryFn: async ({ signal }) => {
      const photo = await call<PhotoDetail>('GET', at(id), { signal })
      const { viewer: _viewer, ...card } = photo
      patchPhoto(client, id, card)
      return photo
    },
    staleTime: 15_000,
    initialData: () => takeBrought(at(id)) as PhotoDetail | undefined,
    placeholderData: () => findInLists(client, id),
    refetchInterval: (query) => (query.state.data?.status === 'processing' ? POLL_PROCESSING_MS : false),
  })
}

/** By photo. Whoever taps twice in a row means the second tap: it is sent after the first was answered. */
const likesUnderWay = new Map<string, Promise<unknown>>()

/** The heart changes at once and goes back when the server refuses. */
export async function setLike(client: QueryClient, photo: PhotoCard, liked: boolean): Promise<void> {
  const before = { likeCount: photo.likeCount, liked: !liked }
  patchPhoto(client, photo.id, { likeCount: Math.max(0, photo.likeCount + (liked ? 1 : -1)), liked })
  const send = () => call<LikeState>(liked ? 'PUT' : 'DELETE', `${at(photo.id)}/like`)
  const turn = (likesUnderWay.get(photo.id) ?? Promise.resolve()).then(send, send)
  likesUnderWay.set(photo.id, turn)
  try {
    const state = await turn
    if (likesUnderWay.get(photo.id) !== turn) return
    patchPhoto(client, photo.id, state)
    void client.invalidateQueries({ queryKey: ['accounts', 'likers', photo.id] })
  } catch (error) {
    if (likesUnderWay.get(photo.id) === turn) patchPhoto(client, photo.id, before)
    throw error
  } finally {
    if (likesUnderWay.get(photo.id) === turn) likesUnderWay.delete(photo.id)
  }
}

export async function editPhoto(client: QueryClient, id: string, given: EditPhoto): Promise<void> {
  patchPhoto(client, id, await call<PhotoCard>('PATCH', at(id), { body: given }))
}

export async function deletePhoto(client: QueryClient, photo: PhotoCard): Promise<void> {
  await call('DELETE', at(photo.id))
  dropFromLists(client, photo.id)
  client.removeQueries({ queryKey: ['photo', photo.id] })
  void client.invalidateQueries({ queryKey: ['profile', photo.author.username.toLowerCase()] })
}

/** A photo that was just published stands on top of our own lists without asking again. */
export function notePublished(client: QueryClient, photo: PhotoCard): void {
  addToLists(client, photo, [feedQuery.queryKey, photosOfQuery(photo.author.username).queryKey])
  void client.invalidateQueries({ queryKey: ['profile', photo.author.username.toLowerCase()] })
}
