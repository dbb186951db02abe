import type { AccountCard, EditAccount, OwnAccount, SignUp } from '../../contract/accounts.ts'
import { AVATAR_WIDTH_PX } from '../../contract/limits.ts'
import { urlsOfAccount, urlsTouched } from '../../contract/public-pages.ts'
import type { AfterCommit, CachedKind, Database } from '../../platform/consistency.ts'
import { AppError } from '../../platform/errors.ts'
import type { Events } from '../../platform/events.ts'
import { detached, newId } from '../../platform/ids.ts'
import type { Passwords } from '../../platform/passwords.ts'
import type { Reader, Writer } from '../../platform/postgres.ts'
import { violatedUnique } from '../../platform/postgres-errors.ts'
import { asciiJson } from '../../platform/ready-json.ts'
import { VISITOR, type Viewer } from '../../platform/viewer.ts'
import * as queries from './accounts.queries.ts'
import { placesOfCard } from './card-pages.queries.ts'
import { followedAmong } from './followees.service.ts'
import type { Sessions } from './sessions.service.ts'
import { isReserved, toUsername } from './usernames.ts'

export type Accounts = ReturnType<typeof createAccounts>

/** What a join with `accounts` selects for `accountCard`. */
export const CARD_COLUMNS = ['accounts.username', 'accounts.display_name', 'accounts.avatar_key'] as const

export interface CardFields {
  username: string
  display_name: string
  avatar_key: string | null
}

export function accountCard(row: CardFields): AccountCard {
  return { username: row.username, displayName: row.display_name, avatar: avatarPath(row.avatar_key) }
}

function avatarPath(key: string | null): string | null {
  return key === null ? null : `/media/${key}/${AVATAR_WIDTH_PX}.webp`
}

function profileFields(row: queries.AccountRow) {
  return {
    ...accountCard(row),
    bio: row.bio,
    photoCount: row.photo_count,
    followerCount: row.follower_count,
    followingCount: row.following_count,
    createdAt: row.created_at.toISOString(),
  }
}

export function ownAccount(row: queries.AccountRow): OwnAccount {
  return { id: row.id, role: row.role, ...profileFields(row) }
}

/** A username as a client gave it, in any case, as it is kept. @throws AppError account.not_found where it cannot be anybody's */
export function requireUsername(given: string): string {
  const username = toUsername(given)
  if (username === null) throw notFound(given)
  return username
}

/** The id behind a username as a client gave it, in any case. @throws AppError account.not_found */
export async function requireAccountId(db: Reader, given: string): Promise<string> {
  const row = await queries.findIdByUsername(db, requireUsername(given))
  if (!row) throw notFound(given)
  return row.id
}

const TTL_SECONDS = 300
/** A list's first page shows twenty cards: on what lies further back an old one goes within ten minutes. */
const CARD_PLACES_MAX = 200

/** Id by username. */
export const accountIds: CachedKind = {
  name: 'account-id',
  ttlSeconds: TTL_SECONDS,
  memorySeconds: TTL_SECONDS,
  load: async (db, usernames) =>
    new Map((await queries.findIdsByUsernames(db, usernames)).map(({ username, id }) => [username, id])),
  decode: detached,
}

/** Cards as JSON, ready to be joined. */
export const accountCards: CachedKind = {
  name: 'account-card',
  ttlSeconds: TTL_SECONDS,
  memorySeconds: TTL_SECONDS,
  load: async (db, ids) =>
    new Map((await queries.findAccounts(db, ids)).map((row) => [row.id, asciiJson(accountCard(row))])),
}

/** Profiles as JSON, without what concerns the viewer. */
export const profiles: CachedKind = {
  name: 'profile',
  ttlSeconds: TTL_SECONDS,
  memorySeconds: TTL_SECONDS,
  load: async (db, ids) =>
    new Map((await queries.findAccounts(db, ids)).map((row) => [row.id, asciiJson(profileFields(row))])),
}

/** After whatever changes how these accounts look. */
export function touchAccounts(after: AfterCommit, ...ids: readonly string[]): void {
  after.touch(accountCards, ...ids)
  after.touch(profiles, ...ids)
}

/** After whatever changes a card: pages for visitors show the new one, their own at once and as many of others' as can matter. */
export async function rewriteCard(trx: Writer, after: AfterCommit, account: { id: string; username: string }) {
  const { photoIds, usernames } = await placesOfCard(trx, account.id, CARD_PLACES_MAX)
  after.rewrite([...urlsOfAccount(account), ...urlsTouched(photoIds, usernames)], 'surely')
}

/** `requireAccountId` from the caches. @throws AppError account.not_found */
export async function requireCachedId(db: Database, viewer: Viewer, given: string): Promise<string> {
  const [id] = await db.cached(viewer, accountIds, [requireUsername(given)])
  if (id === undefined) throw notFound(given)
  return id
}

export interface AccountsDeps {
  db: Database
  sessions: Pick<Sessions, 'begin' | 'write'>
  passwords: Pick<Passwords, 'hash'>
  events: Events
}

export function createAccounts({ db, sessions, passwords, events }: AccountsDeps) {
  /** The account and the token of its first session. @throws AppError account.username_reserved, account.username_taken */
  async function signUp(given: SignUp, userAgent: string): Promise<{ account: OwnAccount; token: string }> {
    const username = toUsername(given.username)
    if (username === null) throw new AppError('request.invalid', 'This cannot be a username.')
    if (isReserved(username)) throw new AppError('account.username_reserved', 'Choose another username.')
    // Spares the hash where a replica knows already; the unique index decides.
    if (await db.read(VISITOR, (db) => queries.findIdByUsername(db, username))) throw taken()
    const passwordHash = await passwords.hash(given.password)
    const id = newId()
    try {
      const result = await sessions.write(id, async (trx, ended, after) => {
        // Somebody may have asked for this name before it was anybody's.
        after.touch(accountIds, username)
        const displayName = given.displayName?.trim() ?? ''
        const row = await queries.insertAccount(trx, { id, username, passwordHash, displayName })
        return { account: ownAccount(row), token: await sessions.begin(trx, id, userAgent, ended) }
      })
      events.note('account.created', { accountId: id })
      return result
    } catch (error) {
      throw violatedUnique(error) === 'accounts_username_key' ? taken() : error
    }
  }

  /** @throws AppError session.required when the account was deleted meanwhile */
  async function own(viewer: Viewer, id: string): Promise<OwnAccount> {
    return ownAccount(present(await db.read(viewer, (db) => queries.findAccount(db, id))))
  }

  /** A `Profile` as JSON. @throws AppError account.not_found */
  async function profile(viewer: Viewer, given: string): Promise<string> {
    const id = await requireCachedId(db, viewer, given)
    // Nobody follows themselves.
    const others = viewer.account?.id === id ? [] : [id]
    const [[json], followed] = await Promise.all([db.cached(viewer, profiles, [id]), followedAmong(db, viewer, others)])
    if (json === undefined) throw notFound(given)
    const concerns = viewer.account ? `{"follows":${followed.has(id)},"isSelf":${viewer.account.id === id}}` : 'null'
    return `${json.slice(0, -1)},"viewer":${concerns}}`
  }

  /** @throws AppError session.required */
  async function edit(id: string, { displayName, bio }: EditAccount): Promise<OwnAccount> {
    const change = {
      ...(displayName === undefined ? {} : { display_name: displayName.trim() }),
      ...(bio === undefined ? {} : { bio: bio.trim() }),
    }
    const row = await db.write(id, async (trx, after) => {
      touchAccounts(after, id)
      const row = present(await queries.updateAccount(trx, id, change))
      if (displayName === undefined) after.rewrite(urlsOfAccount(row), 'surely')
      else {
        await rewriteCard(trx, after, row)
        // What a search finds.
        after.outdate()
      }
      return row
    })
    return ownAccount(row)
  }

  return { signUp, own, profile, edit }
}

/** A session may be read a moment before its account is deleted. */
export function present<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new AppError('session.required', 'This account was deleted.')
  return row
}

export function notFound(given: string): AppError {
  return new AppError('account.not_found', `Nobody here is called ${given.slice(0, 30)}.`)
}

function taken(): AppError {
  return new AppError('account.username_taken', 'Choose another username.')
}
