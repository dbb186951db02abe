import type { Profile } from '../../contract/accounts.ts'
import type { PhotoCard } from '../../contract/photos.ts'
import {
  firstInGrid,
  renditionsOf,
  SCREEN_NAMES,
  SCREENS,
  sizesInGrid,
  SIZES_ON_PAGE,
} from '../../contract/picture-sources.ts'
import type { Head, PreviewImage } from './document.ts'

/** The same words as the pages themselves write once their script runs (src/web/pages). */
const ABOUT = 'MiniGram is a quiet place for photographs: share yours, follow people, see theirs.'
const TITLE_MAX_CHARS = 60
const DESCRIPTION_MAX_CHARS = 200

export function homeHead(): Head {
  const data = ['/api/accounts/me', '/api/feed']
  return { title: 'Home', description: ABOUT, path: '/', type: 'website', data, first: [], isIndexed: true }
}

/** Also the home of who is not signed in. */
export function exploreHead(path: '/' | '/explore', photos: readonly PhotoCard[]): Head {
  return {
    title: 'Explore',
    description: path === '/' ? ABOUT : 'Recent and well-liked photographs by the people of MiniGram.',
    path,
    type: 'website',

    data: ['/api/explore'],
    isIndexed: true,
    first: seenInGrid(photos),
    ...previewOf(photos[0]),
  }
}

export function photoHead(photo: PhotoCard): Head {
  const by = nameOf(photo.author)
  const [firstLine = ''] = photo.caption.split('\n')
  const said = photo.caption || photo.altText
  return {
    title: firstLine.trim().slice(0, TITLE_MAX_CHARS) || `Photo by ${by}`,
    description: said ? `${shortened(said)} — a photo by ${by}` : `A photo by ${by} on MiniGram.`,
    path: `/photos/${photo.id}`,
    type: 'article',

    data: [`/api/photos/${photo.id}`, `/api/photos/${photo.id}/comments`],
    isIndexed: true,
    first: photo.renditions ? [{ photo, sizes: SIZES_ON_PAGE, media: null }] : [],
    ...previewOf(photo),
  }
}

/** `asked` is the username as the address has it, by which the script will ask too. */
export function profileHead(profile: Profile, photos: readonly PhotoCard[], asked: string): Head {
  const name = nameOf(profile)
  return {
    title: name,
    description: profile.bio ? shortened(profile.bio) : `Photographs by ${name}.`,
    path: `/@${profile.username}`,
    type: 'profile',

    data: [`/api/accounts/${asked}`, `/api/accounts/${asked}/photos`],
    isIndexed: true,
    first: seenInGrid(photos),
    ...previewOf(photos[0]),
  }
}

export function missingHead(path: string): Head {
  return { title: 'Not found', description: ABOUT, path, type: 'website', data: [], first: [], isIndexed: false }
}

function nameOf(account: { username: string; displayName: string }): string {
  return account.displayName || account.username
}

/** The first pictures, each for the screens that show it at once. */
function seenInGrid(photos: readonly PhotoCard[]): Head['first'] {
  const screens = SCREEN_NAMES.map((name) => ({ media: SCREENS[name].media, count: firstInGrid(photos, name) }))
  return photos.flatMap((photo, at) => {
    const showing = screens.filter(({ count }) => at < count)
    if (showing.length === 0 || photo.renditions === null) return []
    const media = showing.length === screens.length ? null : showing.map((screen) => screen.media).join()
    return [{ photo, sizes: sizesInGrid(photo), media }]
  })
}

/** JPEG: what every preview can show. */
function previewOf(photo: PhotoCard | undefined): { image?: PreviewImage } {
  const widest = photo && renditionsOf(photo).findLast(({ format }) => format === 'jpeg')
  if (!photo || !widest) return {}
  const width = Math.min(widest.width, photo.width)
  const height = Math.round((width * photo.height) / photo.width)
  const alt = photo.altText || `Photo by ${nameOf(photo.author)}`
  return { image: { path: widest.path, width, height, alt } }
}

/** By code point, so that nothing is cut in two; line breaks become spaces. */
function shortened(text: string): string {
  const chars = Array.from(text.replace(/\s+/g, ' ').trim())
  return chars.length <= DESCRIPTION_MAX_CHARS
    ? chars.join('')
    : `${chars.slice(0, DESCRIPTION_MAX_CHARS - 1).join('')}…`
}
