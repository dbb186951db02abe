/** Every address of the web UI. Links are built here and nowhere else; paths.test.ts keeps a snapshot of the whole. */
export const paths = {
  home: () => '/',
  explore: () => '/explore',
  search: (query = '') => (query ? `/search?q=${encodeURIComponent(query)}` : '/search'),
  signIn: (next = '') => withNext('/sign-in', next),
  signUp: (next = '') => withNext('/sign-up', next),
  reset: () => '/reset',
  upload: () => '/upload',
  photo: (id: string) => `/photos/${encodeURIComponent(id)}`,
  profile: (username: string) => `/@${encodeURIComponent(username)}`,
  followers: (username: string) => `/@${encodeURIComponent(username)}/followers`,
  following: (username: string) => `/@${encodeURIComponent(username)}/following`,
  settings: () => '/settings',
  ops: (state: 'open' | 'settled' = 'open') => (state === 'open' ? '/ops' : '/ops?state=settled'),
  opsActs: () => '/ops/acts',
  opsPhoto: (id: string) => `/ops/photos/${encodeURIComponent(id)}`,
  opsAccount: (username: string) => `/ops/accounts/${encodeURIComponent(username)}`,
}

function withNext(path: string, next: string): string {
  return next && next !== '/' ? `${path}?next=${encodeURIComponent(next)}` : path
}

/** Where to go after signing in: only an address of our own, never another site's. */
export function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : paths.home()
}
