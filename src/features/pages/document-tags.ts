import type { Profile } from '../../contract/accounts.ts'
import type { PhotoCard, PhotoDetail, PhotoPage } from '../../contract/photos.ts'

/** What the API answered a visitor, and at which address. */
export interface Told {
  url: string
  body: unknown
}

/**
 * By which a PoP finds the documents that it is to forget: the addresses of the answers in one, which `VisitorPages` purges, and
 * the files of every photo and face on it, which are purged when these are deleted or hidden, until each PoP has confirmed it.
 */
export function documentTags(told: readonly Told[]): string[] {
  const files = told.flatMap(({ body }) => filesIn(body as PhotoPage | PhotoDetail | Profile))
  const keys = files.flatMap((path) => /^\/media\/([0-9a-f]{32})\b/.exec(path ?? '')?.[1] ?? [])
  return [...new Set([...told.map(({ url }) => url), ...keys.map((key) => `media-${key}`)])]
}

/** By the contract, a page of photos, a photo or a profile: no other answers are in documents. */
function filesIn(body: PhotoPage | PhotoDetail | Profile): (string | null | undefined)[] {
  if ('items' in body) return body.items.flatMap(filesOfPhoto)
  return 'renditions' in body ? filesOfPhoto(body) : [body.avatar]
}

function filesOfPhoto({ renditions, author }: PhotoCard): (string | null | undefined)[] {
  return [renditions?.path, author.avatar]
}
