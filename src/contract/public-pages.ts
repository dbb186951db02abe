/**
 * The pages of signed-out visitors that NGINX keeps, by what they are about. Only these addresses, to the letter, are ever
 * kept: no cursor, no limit, no capital letters. So whatever shows a photo or an account can be listed and purged by address.
 */
const PHOTO_PAGES = ['/api/photos/:id', '/api/photos/:id/likes', '/api/photos/:id/comments'] as const
const ACCOUNT_PAGES = [
  '/api/accounts/:username',
  '/api/accounts/:username/photos',
  '/api/accounts/:username/followers',
  '/api/accounts/:username/following',
] as const
const PAGES_OF_EVERYONE = ['/api/explore'] as const

export type PublicPage =
  (typeof PHOTO_PAGES)[number] | (typeof ACCOUNT_PAGES)[number] | (typeof PAGES_OF_EVERYONE)[number]

export const PUBLIC_PAGES: readonly PublicPage[] = [...PHOTO_PAGES, ...ACCOUNT_PAGES, ...PAGES_OF_EVERYONE]

/** The one spelling of an address that is kept: ids and usernames in small letters. They hold nothing that needs escaping. */
export function pageUrl(page: string, params: Readonly<Record<string, string>>): string {
  return page.replace(/:(\w+)/g, (_, name: string) => (params[name] ?? '').toLowerCase())
}

/** Where a photo or a number of it shows: its own pages, its author's, and the page of everyone. */
export function urlsOfPhoto({ id, username }: { id: string; username: string | null }): string[] {
  const pages = [...PHOTO_PAGES, ...PAGES_OF_EVERYONE].map((page) => pageUrl(page, { id }))
  // Null: its author is suspended, and nothing shows it.
  if (username === null) return pages
  return [...pages, ...ACCOUNT_PAGES.slice(0, 2).map((page) => pageUrl(page, { username }))]
}

/** Where an account shows as itself. Its card also stands on other people's pages: among likes, comments, followers and followed. */
export function urlsOfAccount(account: { username: string }): string[] {
  return [...ACCOUNT_PAGES, ...PAGES_OF_EVERYONE].map((page) => pageUrl(page, account))
}

/** Where a comment shows or is counted, without the lists that only count it. */
export function urlsOfComments(photo: { id: string }): string[] {
  return PHOTO_PAGES.filter((page) => !page.endsWith('/likes')).map((page) => pageUrl(page, photo))
}

/** Both ends of a follow: who is followed, and who follows. */
export function urlsOfFollow(follower: string, followee: string): string[] {
  const [profile, , followers, following] = ACCOUNT_PAGES
  return [
    pageUrl(profile, { username: follower }),
    pageUrl(following, { username: follower }),
    pageUrl(profile, { username: followee }),
    pageUrl(followers, { username: followee }),
  ]
}

/** Of these pages the ones that the HTML documents of pages bring along, whose addresses are the documents' tags at the PoPs. */
export function shownInDocuments(urls: readonly string[]): string[] {
  return urls.filter((url) => !/\/(?:likes|comments|followers|following)$/.test(url))
}

/** Other people's pages that show somebody's card, or count it: photos they liked or commented on, who follows and is followed. */
export function urlsTouched(photoIds: readonly string[], neighbours: readonly string[]): string[] {
  const [profile, , followers, following] = ACCOUNT_PAGES
  return [
    ...photoIds.flatMap((id) => PHOTO_PAGES.map((page) => pageUrl(page, { id }))),
    ...neighbours.flatMap((username) => [profile, followers, following].map((page) => pageUrl(page, { username }))),
  ]
}
