import type { SignedIn } from '../../src/contract/accounts.ts'
import type { PhotoPage } from '../../src/contract/photos.ts'
import { planPeople } from '../../db/seeds/people.ts'
import { SEED_PASSWORD } from '../../db/seeds/write-people.ts'
import { seededRandom } from '../seeded-random.ts'
import { assetsOf, picturesFrom } from '../world.ts'
import type { Target } from './browser.ts'
import { type Crowd, startCrowd } from './crowd.ts'
import { THREADS_USUALLY, type OpenCrowdOptions } from './open-crowd.ts'
import { clientAddress, type Person } from './people.ts'

/** The seed of `./minigram seed` where none is named. */
const USUAL_SEED = '1'
const AT_ONCE = 4
const PACE = { min: 0.4, range: 1.2 }

/** People of a service that is reached by its address alone: seeded accounts, signed in with the password that all of them have.
 *  @throws Error where none of them is there */
export async function openRemoteCrowd(target: Target, options: OpenCrowdOptions): Promise<Crowd> {
  const { people: count, seed = 1, photosDirectory, threads = THREADS_USUALLY, keepsUploads = false } = options
  const origin = `${target.lb.isTls ? 'https' : 'http'}://${target.lb.authority}`
  const random = seededRandom(seed)
  const planned = planPeople(USUAL_SEED, count).map(({ username }, index) => ({
    username,
    localAddress: clientAddress(index),
    pace: PACE.min + PACE.range * random(),
  }))
  const people = await signInOver(origin, target, planned)
  if (people.length === 0)
    throw new Error(`nobody could sign in at ${origin}   try: ./minigram seed --people ${count}, on that host`)
  const signOut = () => each(people, (person) => signOutOver(origin, target, person))
  try {
    const explore = await fetch(`${origin}/api/explore?limit=50`)
    const { items } = (await explore.json()) as PhotoPage
    const crowd = await startCrowd({
      people,
      celebrity: options.hasCelebrity === true ? (people[0] ?? null) : null,
      world: {
        usernames: people.map(({ username }) => username),
        photoIds: items.map(({ id }) => id),
        assets: await assetsOf(origin),
        pictures: await picturesFrom(photosDirectory),
      },
      target,
      seed,
      threads,
      keepsUploads,
    })
    return {
      ...crowd,
      async [Symbol.asyncDispose]() {
        try {
          await crowd[Symbol.asyncDispose]()
        } finally {
          await signOut()
        }
      },
    }
  } catch (error) {
    await signOut()
    throw error
  }
}

/** Those who could, in their order: a seed leaves out a name that was taken. */
async function signInOver(
  origin: string,
  target: Target,
  planned: readonly Omit<Person, 'token'>[],
): Promise<Person[]> {
  const tokens = new Map<string, string>()
  await each(planned, async ({ username, localAddress }) => {
    const answer = await fetch(`${origin}/api/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...asClient(target, localAddress) },
      body: JSON.stringify({ username, password: SEED_PASSWORD }),
    })
    const { token } = answer.status === 201 ? ((await answer.json()) as SignedIn) : {}
    if (token !== undefined) tokens.set(username, token)
  })
  return planned.flatMap((person) => {
    const token = tokens.get(person.username)
    return token === undefined ? [] : [{ ...person, token }]
  })
}

async function signOutOver(origin: string, target: Target, { token, localAddress }: Person): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, ...asClient(target, localAddress) }
  await fetch(`${origin}/api/sessions/current`, { method: 'DELETE', headers })
}

function asClient({ edgeSecret }: Target, localAddress: string): Record<string, string> {
  return edgeSecret === null ? {} : { 'x-edge-secret': edgeSecret, 'x-forwarded-for': localAddress }
}

/** A few at a time: a password costs the service 40 ms of CPU. */
async function each<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = items.values()
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const item of queue) await work(item)
    }),
  )
}
