import assert from 'node:assert/strict'
import type { PhotoCard } from '../../src/contract/photos.ts'
import type { Person } from './person.ts'
import { jpeg } from './pictures.ts'
import { eventually } from './stack.ts'

const READY_DEADLINE_MS = 60_000

/** Publishes one small picture and waits for its renditions. */
export async function publishesPhoto(
  person: Person,
  caption: string,
  size = { width: 600, height: 400 },
): Promise<PhotoCard> {
  return ready(person, await uploads(person, caption, size))
}

/** The same for several, which are rendered together; in the order of the captions. */
export async function publishesPhotos(person: Person, captions: readonly string[]): Promise<PhotoCard[]> {
  const cards: PhotoCard[] = []
  for (const caption of captions) cards.push(await uploads(person, caption, { width: 600, height: 400 }))
  return Promise.all(cards.map((card) => ready(person, card)))
}

async function uploads(person: Person, caption: string, size: { width: number; height: number }): Promise<PhotoCard> {
  const picture = await jpeg(`${person.username} ${caption}`, size)
  const fields = { caption, altText: `A colour that says ${caption}` }
  const answer = await person.uploads<PhotoCard>('/api/photos', picture, { fields })
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  return answer.body
}

function ready(person: Person, { id }: PhotoCard): Promise<PhotoCard> {
  return eventually(`photo ${id} is ready`, READY_DEADLINE_MS, async () => {
    const { body } = await person.get(`/api/photos/${id}`)
    return body.status === 'ready' ? body : null
  })
}
