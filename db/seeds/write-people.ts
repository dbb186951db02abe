import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createPasswords } from '../../src/platform/passwords.ts'
import type { Reader } from '../../src/platform/postgres.ts'
import { batchesOf, openBatches, tally } from './batches.ts'
import { idAt, seededMediaKey, unixMsOf } from './identity.ts'
import { linkDirectory } from './media-links.ts'
import type { PlannedPerson } from './people.ts'
import type { Count } from './pictures.ts'
import { accountsByTail, insertAccounts, takenUsernames } from './seed.queries.ts'
import type { SeedRun } from './seed.ts'

/** Every seeded account has it: seeds are for trying things out. */
export const SEED_PASSWORD = 'minigram-demo'

/** Somebody of the plan as they are in the database. */
export interface SeededPerson extends PlannedPerson {
  id: string
  isNew: boolean
  avatarKey: string | null
}

export interface Cast {
  people: SeededPerson[]
  /** The present of this seed: when it first ran. Everything in it happened before. */
  epochMs: number
}

/** Finds those of the plan who are there already, and names and ids for the others. */
export async function findPeople(run: SeedRun, plan: readonly PlannedPerson[]): Promise<Cast> {
  // Primary: what an earlier run has just written must be seen.
  return run.postgres.read('primary', async (db) => {
    const found = new Map<string, { id: string; username: string; avatar_key: string | null }>()
    for (const batch of batchesOf(plan)) {
      for (const row of await accountsByTail(
        db,
        batch.map((person) => person.idTail),
      ))
        found.set(row.tail, row)
    }
    const known = plan.find((person) => found.has(person.idTail))
    const epochMs = known ? unixMsOf(found.get(known.idTail)?.id ?? '') + known.ageMs : Date.now()
    const usernames = await freeUsernames(
      db,
      plan.filter((person) => !found.has(person.idTail)),
    )
    const people = plan.map((person, index): SeededPerson => {
      const row = found.get(person.idTail)
      return {
        ...person,
        id: row?.id ?? idAt(epochMs - person.ageMs, person.idTail),
        username: row?.username ?? usernames.get(person) ?? person.username,
        isNew: row === undefined,
        avatarKey: row ? row.avatar_key : person.hasAvatar ? seededMediaKey(run.seed, 'avatar', index) : null,
      }
    })
    return { people, epochMs }
  })
}

/** The planned name, or with the first number that nobody has. */
async function freeUsernames(db: Reader, people: readonly PlannedPerson[]): Promise<Map<PlannedPerson, string>> {
  const chosen = new Map<PlannedPerson, string>()
  const planned = new Set(people.map((person) => person.username))
  let rest = [...people]
  for (let number = 1; rest.length > 0; number++) {
    const wish = (person: PlannedPerson) => (number === 1 ? person.username : `${person.username}${number}`)
    const taken = new Set<string>()
    for (const batch of batchesOf(rest)) for (const name of await takenUsernames(db, batch.map(wish))) taken.add(name)
    const isFree = (name: string) => !taken.has(name) && (number === 1 || !planned.has(name))
    for (const person of rest) {
      if (!isFree(wish(person))) continue
      chosen.set(person, wish(person))
      planned.add(wish(person))
    }
    rest = rest.filter((person) => !chosen.has(person))
  }
  return chosen
}

/** Inserts the new ones; one password hash serves all. @returns how many were new. */
export async function writePeople(run: SeedRun, { people, epochMs }: Cast, avatars: readonly string[], count: Count) {
  people.forEach(({ avatarKey }, index) => {
    const source = avatars[index % avatars.length]
    const isOurs = avatarKey === seededMediaKey(run.seed, 'avatar', index)
    const target = join(run.mediaDirectory, avatarKey ?? '')
    if (isOurs && source !== undefined && !existsSync(target)) linkDirectory(source, target, run.owner)
  })
  const missing = people.filter((person) => person.isNew)
  const passwordHash = missing.length > 0 ? await createPasswords().hash(SEED_PASSWORD) : ''
  const batches = openBatches({ ...run, insert: insertAccounts, written: tally(count, missing.length) })
  for (const person of missing) {
    await batches.add({
      id: person.id,
      username: person.username,
      display_name: person.displayName,
      bio: person.bio,
      password_hash: passwordHash,
      avatar_key: person.avatarKey,
      created_at: new Date(epochMs - person.ageMs).toISOString(),
    })
  }
  return batches.finish()
}
