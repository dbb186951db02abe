import { script } from '../../platform/redis.ts'

/** The member that says that nothing older is missing; less than any id, so that trimming takes it first. */
export const END = '!'
/** Ids of a list; beyond them a page comes from the tables. */
export const LIST_MAX = 500
/** Of the ids of accounts that have yet to join; beyond these the list is built again. */
const JOINING_MAX_CHARS = 2_000

/**
 * A list is two keys. The head is a hash: `e` the life of the server in which it was made, `p` accounts that are merged at
 * read, `b` when it was built (seconds), `t` the token of whoever builds it now, `j` accounts followed since, whose photos have
 * yet to join, `f` its first page: when it was read (seconds), of how many, and the ids. The ids are a sorted set in the order
 * of their text, the order in which photos were taken in. What has no head of this life of the server is not there, and
 * whoever changes the ids deletes `f`.
 */
const TRIM = `local function trim(ids)
  local extra = redis.call('zcard', ids) - ${LIST_MAX + 1}
  if extra > 0 then redis.call('zremrangebyrank', ids, 0, extra - 1) end
end
`

/**
 * KEYS head, ids; ARGV life, upper bound, how many, and now (seconds) for a first page, which is kept. Nil; or, alone, whose
 * photos have yet to join; or what is merged, when it was built, and the ids: joined, since a client reads one text sooner than twenty.
 */
export const readList = script(`local head = redis.call('hmget', KEYS[1], 'e', 't', 'p', 'b', 'j')
if head[1] ~= ARGV[1] or head[2] then return nil end
if head[5] then return head[5] end
local ids = table.concat(redis.call('zrange', KEYS[2], ARGV[2], '-', 'BYLEX', 'REV', 'LIMIT', 0, ARGV[3]), ',')
if ARGV[4] then redis.call('hset', KEYS[1], 'f', ARGV[4] .. ' ' .. ARGV[3] .. ' ' .. ids) end
return {head[3] or '', head[4], ids}`)

/** KEYS head, ids, own floor, common floor; ARGV life, token, seconds. From here on pushes arrive; returns how new the tables must be. */
export const beginList = script(`local head = redis.call('hmget', KEYS[1], 'e', 't')
if head[1] ~= ARGV[1] or not head[2] then redis.call('del', KEYS[1], KEYS[2]) end
redis.call('hset', KEYS[1], 'e', ARGV[1], 't', ARGV[2])
redis.call('expire', KEYS[1], ARGV[3])
return redis.call('mget', KEYS[3], KEYS[4])`)

/**
 * KEYS head, ids; ARGV token, now, seconds, whether complete, accounts to merge, ids newest first: joined, since five hundred
 * arguments cost a client milliseconds. Nothing when it was forgotten meanwhile.
 */
export const finishList = script(`${TRIM}local head = redis.call('hmget', KEYS[1], 't', 'p')
if head[1] ~= ARGV[1] then return 0 end
local members, last = {}, nil
for id in string.gmatch(ARGV[6], '[^,]+') do
  members[#members + 1] = 0
  members[#members + 1] = id
  last = id
end
if last then redis.call('zadd', KEYS[2], unpack(members)) end
if ARGV[4] == '1' then redis.call('zadd', KEYS[2], 0, '${END}')
else redis.call('zremrangebylex', KEYS[2], '-', '(' .. last) end
trim(KEYS[2])
local pulled = ARGV[5]
for id in string.gmatch(head[2] or '', '[^,]+') do
  if not string.find(pulled, id, 1, true) then pulled = pulled .. (pulled == '' and '' or ',') .. id end
end
redis.call('hdel', KEYS[1], 't', 'j', 'f')
redis.call('hset', KEYS[1], 'b', ARGV[2], 'p', pulled)
redis.call('expire', KEYS[1], ARGV[3])
redis.call('expire', KEYS[2], ARGV[3])
return 1`)

/** KEYS head, ids of each; ARGV life, photo, account to merge from now on or ''. How many lists got it. An id older than a shortened list is not its business. */
export const pushToLists = script(`${TRIM}local count = 0
for i = 1, #KEYS, 2 do
  local head = redis.call('hmget', KEYS[i], 'e', 't', 'p')
  if head[1] == ARGV[1] then
    local oldest = redis.call('zrange', KEYS[i + 1], 0, 0)[1]
    if head[2] or (oldest and oldest < ARGV[2]) then
      redis.call('zadd', KEYS[i + 1], 0, ARGV[2])
      redis.call('hdel', KEYS[i], 'f')
      trim(KEYS[i + 1])
      count = count + 1
    end
    if ARGV[3] ~= '' and not string.find(head[3] or '', ARGV[3], 1, true) then
      redis.call('hset', KEYS[i], 'p', (head[3] and head[3] ~= '') and (head[3] .. ',' .. ARGV[3]) or ARGV[3])
    end
  end
end
return count`)

/**
 * KEYS head, ids, own floor; ARGV life, position, seconds, account. It is followed, and its photos join when the list is read;
 * a list that is being built, heard of something later first or waits for many is forgotten.
 */
export const joinLater = script(`local known = redis.call('get', KEYS[3])
local isLate = known and known >= ARGV[2]
if not isLate then redis.call('set', KEYS[3], ARGV[2], 'ex', ARGV[3]) end
local head = redis.call('hmget', KEYS[1], 'e', 't', 'j')
if isLate or head[1] ~= ARGV[1] or head[2] or #(head[3] or '') > ${JOINING_MAX_CHARS} then
  return redis.call('del', KEYS[1], KEYS[2])
end
return redis.call('hset', KEYS[1], 'j', head[3] and (head[3] .. ',' .. ARGV[4]) or ARGV[4])`)

/** KEYS head, ids; ARGV life, whose photos join as \`readList\` told, those of them that are merged at read, the photos of the others. Nothing when somebody else was first. */
export const join = script(`${TRIM}local head = redis.call('hmget', KEYS[1], 'e', 't', 'j', 'p')
if head[1] ~= ARGV[1] or head[2] or head[3] ~= ARGV[2] then return 0 end
local oldest = redis.call('zrange', KEYS[2], 0, 0)[1]
local members = {}
for id in string.gmatch(ARGV[4], '[^,]+') do
  if oldest and id > oldest then
    members[#members + 1] = 0
    members[#members + 1] = id
  end
end
if #members > 0 then redis.call('zadd', KEYS[2], unpack(members)) end
trim(KEYS[2])
if ARGV[3] ~= '' then redis.call('hset', KEYS[1], 'p', (head[4] and head[4] ~= '') and (head[4] .. ',' .. ARGV[3]) or ARGV[3]) end
return redis.call('hdel', KEYS[1], 'j', 'f')`)

/** KEYS head, ids of each; ARGV photos. */
export const dropFromLists = script(`for i = 1, #KEYS, 2 do
  if redis.call('zrem', KEYS[i + 1], unpack(ARGV)) > 0 then redis.call('hdel', KEYS[i], 'f') end
end
return 1`)

/** KEYS floor; ARGV position, seconds. Positions compare as text. */
export const raiseFloor = script(`local known = redis.call('get', KEYS[1])
if known and known > ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'ex', ARGV[2])
return 1`)

/** KEYS head, ids, own floor of each; ARGV position, seconds. */
export const forgetLists = script(`for i = 1, #KEYS, 3 do
  local known = redis.call('get', KEYS[i + 2])
  if not known or known < ARGV[1] then redis.call('set', KEYS[i + 2], ARGV[1], 'ex', ARGV[2]) end
  redis.call('del', KEYS[i], KEYS[i + 1])
end
return 1`)
