import { USERNAME_MAX_CHARS, USERNAME_MIN_CHARS, USERNAME_PATTERN } from '../../contract/limits.ts'

/** Names that are or may become an address of the service, or that let somebody pose as it. */
const RESERVED = new Set(
  [
    'about account accounts activity admin administrator api app archive assets auth avatar blog bot',
    'careers cdn comment comments config config.json contact dashboard developer developers docs edit everyone',
    'explore favicon.ico feed followers following guest health help home hashtag hashtags hide host http https',
    'image images index index.html info inbox instance invite jobs legal like likes list login logout mail',
    'manifest.json me media messages metrics mg minigram mod moderation moderator new news notifications null',
    'official operator operators ops pages password people photo photos popular post posts press privacy',
    'profile public register report reset robots.txt root rules safety saved search security self service',
    'session sessions settings setup share sign_in sign_out sign_up signin signout signup sitemap.xml staff',
    'static status stories story support system tag tags team terms test tos trending undefined upload uploads',
    'user username users web webmaster welcome www you',
  ].flatMap((line) => line.split(' ')),
)

const SHAPE = new RegExp(USERNAME_PATTERN)

export function isReserved(username: string): boolean {
  return RESERVED.has(username.toLowerCase())
}

/** The form in which usernames are stored, or null where no account can have this name. */
export function toUsername(given: string): string | null {
  const isPossible = given.length >= USERNAME_MIN_CHARS && given.length <= USERNAME_MAX_CHARS && SHAPE.test(given)
  return isPossible ? given.toLowerCase() : null
}
