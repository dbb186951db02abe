import { hashToken, newSessionToken } from '../../src/features/accounts/session-token.ts'
import { newId } from '../../src/platform/ids.ts'
import type { Services } from '../../src/processes/services.ts'

/** One person of the load: own session, own client address, own pace. Plain data: it goes to a thread. */
export interface Person {
  username: string
  token: string
  localAddress: string
  /** How often they act, against the others. */
  pace: number
}

const SESSION_HOURS = 6
const USER_AGENT = 'MiniGram load generator'
const ROWS_AT_ONCE = 500
/** On a machine that is still working off a load, the look at who leads may itself be late. */
const WRITABLE_MS = 30_000
const PER_SUBNET = 250

/** Addresses of 127.64.0.0/10: Linux lets a client bind any of them, so that every person has limits of their own. */
export function clientAddress(index: number): string {
  const subnet = Math.floor(index / PER_SUBNET)
  return `127.${64 + (subnet >> 8)}.${subnet & 255}.${1 + (index % PER_SUBNET)}`
}

/** Signs in `count` accounts, the most followed first, by writing their sessions: a password each would cost 40 ms of CPU.
 *  Several people share an account where there are too few. @throws Error where there is none */
export async function signIn(services: Services, count: number, random: () => number): Promise<Person[]> {
  const accounts = await services.db.readPrimary((db) =>
    db.selectFrom('accounts').select(['id', 'username']).orderBy('follower_count', 'desc').limit(count).execute(),
  )
  const [first] = accounts
  if (first === undefined) throw new Error('nobody is there to sign in   try: ./minigram seed --people 962')
  const expiresAt = new Date(Date.now() + SESSION_HOURS * 3_600_000)
  const people = Array.from({ length: count }, (_, index) => {
    const account = accounts[index % accounts.length] ?? first
    const token = newSessionToken(account.id)
    const row = {
      id: newId(),
      account_id: account.id,
      token_hash: hashToken(token),
      user_agent: USER_AGENT,
      expires_at: expiresAt,
    }
    // The busiest act four times as often as the idlest.
    const pace = 0.4 + 1.2 * random()
    return { row, person: { username: account.username, token, localAddress: clientAddress(index), pace } }
  })
  for (let from = 0; from < people.length; from += ROWS_AT_ONCE) {
    const rows = people.slice(from, from + ROWS_AT_ONCE).map(({ row }) => row)
    await services.postgres.untilWritable(WRITABLE_MS)
    await services.db.writeUnowned((trx) => trx.insertInto('sessions').values(rows).execute())
  }
  return people.map(({ person }) => person)
}

/** Ends the sessions of these people. */
export async function signOut(services: Services, people: readonly Person[]): Promise<void> {
  const hashes = people.map(({ token }) => hashToken(token))
  for (let from = 0; from < hashes.length; from += ROWS_AT_ONCE) {
    await services.postgres.untilWritable(WRITABLE_MS)
    await services.db.writeUnowned((trx) =>
      trx
        .deleteFrom('sessions')
        .where('token_hash', 'in', hashes.slice(from, from + ROWS_AT_ONCE))
        .execute(),
    )
  }
}
