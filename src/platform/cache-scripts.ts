import type { WritePosition } from './postgres.ts'
import { script } from './redis.ts'

/** Longer than any fill that began before an invalidation can take. */
export const TOMBSTONE_TTL_SECONDS = 30
export const INVALIDATIONS_CHANNEL = 'cache:invalidations'

export const entryKey = (kind: string, id: string) => `c:${kind}:${id}`
export const parseEntryKey = (key: string) => {
  const end = key.indexOf(':', 2)
  return [key.slice(2, end), key.slice(end + 1)] as const
}
export const tombstoneOf = (entry: string) => `t${entry.slice(1)}`
export const leaseOf = (entry: string) => `l${entry.slice(1)}`

/** KEYS entry, tombstone and lease of each; ARGV position, then entry and seconds of each. Stores only what is past its tombstone and newer than what is there. */
export const fill = script(`local position = ARGV[1]
for i = 1, #KEYS, 3 do
  redis.call('del', KEYS[i + 2])
  local tombstone = redis.call('get', KEYS[i + 1])
  if not (tombstone and tombstone > position) and redis.call('getrange', KEYS[i], 0, 24) <= position then
    local at = 2 + (i - 1) / 3 * 2
    redis.call('set', KEYS[i], ARGV[at], 'ex', ARGV[at + 1])
  end
end
return 1`)

/** Of what is not quite right any more: who did not write may be shown it for so much longer. */
export const LINGER_MS = 1_000
/** Before a key in a message: its value lingers. */
const LINGERS = '~'

/** A message of `invalidate`. */
export function parseInvalidation(message: string): {
  position: WritePosition
  keys: { key: string; lingers: boolean }[]
} {
  const [position = '', ...names] = message.split('\n')
  const keys = names.map((name) => {
    const lingers = name.startsWith(LINGERS)
    return { key: lingers ? name.slice(LINGERS.length) : name, lingers }
  })
  return { position, keys }
}

/** KEYS entry and tombstone of each; ARGV position, seconds, channel, how many of them, the first ones, linger. Raises the tombstones, drops older entries, tells the other processes. */
export const invalidate = script(`local message = ARGV[1]
for i = 1, #KEYS, 2 do
  local lingers = i < 2 * tonumber(ARGV[4])
  local known = redis.call('get', KEYS[i + 1])
  if not known or known < ARGV[1] then redis.call('set', KEYS[i + 1], ARGV[1], 'ex', ARGV[2]) end
  if redis.call('getrange', KEYS[i], 0, 24) < ARGV[1] then
    if lingers then redis.call('pexpire', KEYS[i], ${LINGER_MS}, 'LT') else redis.call('del', KEYS[i]) end
  end
  message = message .. '\\n' .. (lingers and '${LINGERS}' or '') .. KEYS[i]
end
redis.call('publish', ARGV[3], message)
return 1`)

/** KEYS lease and entry of each; ARGV owner, milliseconds, a position for each. Of each 1 when the lease is ours; 0 when it is not, or when a value at or past the position has come meanwhile. */
export const lease = script(`local answers = {}
for i = 1, #KEYS, 2 do
  local isThere = redis.call('getrange', KEYS[i + 1], 0, 24) >= ARGV[2 + (i + 1) / 2]
  local isOurs = not isThere and redis.call('set', KEYS[i], ARGV[1], 'px', ARGV[2], 'nx')
  answers[#answers + 1] = isOurs and 1 or 0
end
return answers`)

/** Greater than any position: a lease for a value that is there but should be read anew. */
export const PAST_ANY_POSITION = '~'
/** Less than any position and more than no value at all. */
export const BEFORE_ANY_POSITION = '0'
