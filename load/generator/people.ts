import { Client } from 'undici'
import { newId } from '../../src/platform/ids.ts'
import type { Services } from '../../src/processes/services.ts'
import { hashToken, newSessionToken } from '../../src/features/accounts/session-token.ts'

/** One person of the load: own session, own client address, own connections, as a browser keeps them. */
export interface Person {
  accountId: string
  username: string
  token: string
  lb: Client
  edge: Client
  /** Rendition paths of the feed page seen last: what the browser would fetch next. */
  images: string[]
  /** Photo ids seen last. */
  photos: string[]
}

const SESSION_HOURS = 6
const USER_AGENT = 'MiniGram load generator'

/** Addresses of 127.64.0.0/10: Linux lets a client bind any of them, so that every person has limits of their own. */
export function clientAddress(index: number): string {
  return `127.${64 + (index >> 16)}.${(index >> 8) & 255}.${1 + (index % 250)}`
}

/** Signs in `count` seeded accounts by writing their sessions: a password each would cost 40 ms of CPU. Several people may share an account. */
export async function signInPeople(
  services: Services,
  count: number,
  origins: { lb: string; edge: string },
): Promise<Person[]> {
  const accounts = await services.db.readPrimary((db) =>
    db.selectFrom('accounts').select(['id', 'username']).orderBy('follower_count', 'desc').limit(count).execute(),
  )
  if (accounts.length === 0) throw new Error('nobody is there to sign in   try: ./minigram seed --people 962')
  const people = Array.from({ length: count }, (_, index): Person => {
    const account = accounts[index % accounts.length] ?? accounts[0]
    if (!account) throw new Error('unreachable: accounts is not empty')
    const options = {
      localAddress: clientAddress(index),
      connect: { timeout: 10_000 },
      pipelining: 1,
      keepAliveTimeout: 60_000,
    }
    return {
      accountId: account.id,
      username: account.username,
      token: newSessionToken(account.id),
      lb: new Client(origins.lb, options),
      edge: new Client(origins.edge, options),
      images: [],
      photos: [],
    }
  })
  const expiresAt = new Date(Date.now() + SESSION_HOURS * 3_600_000)
  const rows = people.map(({ accountId, token }) => ({
    id: newId(),
    account_id: accountId,
    token_hash: hashToken(token),
    user_agent: USER_AGENT,
    expires_at: expiresAt,
  }))
  for (let from = 0; from < rows.length; from += 500) {
    await services.db.writeUnowned((trx) =>
      trx
        .insertInto('sessions')
        .values(rows.slice(from, from + 500))
        .execute(),
    )
  }
  return people
}

export async function signOutPeople(services: Services, people: readonly Person[]): Promise<void> {
  await services.db.writeUnowned((trx) => trx.deleteFrom('sessions').where('user_agent', '=', USER_AGENT).execute())
  await Promise.all(people.flatMap(({ lb, edge }) => [lb.destroy(), edge.destroy()]))
}
