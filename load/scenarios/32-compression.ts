import { request } from 'node:http'
import type { PhotoPage } from '../../src/contract/photos.ts'
import { portOf } from '../../src/platform/ports.ts'
import { clientAddress, signIn, signOut } from '../generator/people.ts'
import { seededRandom } from '../seeded-random.ts'
import { judge, type Scenario } from '../scenario.ts'
import { assetsOf } from '../world.ts'

/** Feeds and profiles of so many people. */
const PEOPLE = 20
/** Smaller ones are not worth compressing; the claim is about the others. */
const LEAST_BYTES = 1_024
/** Addresses that no crowd of ours has. */
const FIRST_ADDRESS = 100_000

export const scenario: Scenario = {
  name: 'compression',
  about:
    'every text that a browser is sent: pages, scripts and styles, and the API’s answers to twenty people, each asked for as a browser asks and once more uncompressed. Sum over those of 1 KiB and more.',
  claims: ['C6'],
  seconds: { quick: 3, full: 3 },
  async run({ services, signal, progress }) {
    const port = portOf('lb', services.config.portOffset)
    const people = await signIn(services, PEOPLE, seededRandom(1))
    try {
      const sizes = new Map<string, { plain: number; wire: number; count: number }>()
      let client = FIRST_ADDRESS
      for (const { kind, path, token } of await textsOf(port, people)) {
        signal.throwIfAborted()
        progress(`${kind}: ${path}`)
        const ask = (encoding: string) => sizeOf({ port, path, token, encoding, localAddress: clientAddress(client++) })
        const plain = await ask('identity')
        if (plain < LEAST_BYTES) continue
        const sum = sizes.get(kind) ?? { plain: 0, wire: 0, count: 0 }
        sizes.set(kind, {
          plain: sum.plain + plain,
          wire: sum.wire + (await ask('gzip, deflate, br')),
          count: sum.count + 1,
        })
      }
      const total = (pick: (each: { plain: number; wire: number; count: number }) => number) =>
        [...sizes.values()].reduce((sum, each) => sum + pick(each), 0)
      const value = (1 - total(({ wire }) => wire) / total(({ plain }) => plain)) * 100
      const kinds = [...sizes]
      return {
        measurements: [{ claim: 'C6', value, verdict: judge('C6', value), samples: total(({ count }) => count) }],
        charts: [
          {
            title: 'Texts, uncompressed and as sent',
            kind: 'bars',
            x: 'kind',
            y: 'KiB each',
            labels: kinds.map(([kind]) => kind),
            series: [
              {
                name: 'uncompressed',
                points: kinds.map(([, { plain, count }], index) => [index, plain / count / 1_024]),
              },
              { name: 'as sent', points: kinds.map(([, { wire, count }], index) => [index, wire / count / 1_024]) },
            ],
          },
        ],
        generator: null,
      }
    } finally {
      await signOut(services, people)
    }
  },
}

interface Text {
  kind: string
  path: string
  token: string | null
}

async function textsOf(port: number, people: readonly { username: string; token: string }[]): Promise<Text[]> {
  const lb = `http://127.0.0.1:${port}`
  const { items } = (await (await fetch(`${lb}/api/explore`)).json()) as PhotoPage
  const visitor = (kind: string, paths: readonly string[]) => paths.map((path): Text => ({ kind, path, token: null }))
  return [
    ...visitor('pages', ['/', '/explore', ...people.slice(0, 5).map(({ username }) => `/@${username}`)]),
    ...visitor('scripts and styles', await assetsOf(lb)),
    ...people.flatMap(({ username, token }): Text[] => [
      { kind: 'feeds', path: '/api/feed', token },
      { kind: 'profiles', path: `/api/accounts/${username}`, token },
      { kind: 'photos of a profile', path: `/api/accounts/${username}/photos`, token },
    ]),
    ...visitor('explore', ['/api/explore']),
    ...visitor(
      'photos',
      items.slice(0, PEOPLE).map(({ id }) => `/api/photos/${id}`),
    ),
    ...visitor(
      'comments',
      items.slice(0, PEOPLE).map(({ id }) => `/api/photos/${id}/comments`),
    ),
    ...visitor('API description', ['/api/openapi.json']),
  ]
}

interface Ask {
  port: number
  path: string
  token: string | null
  encoding: string
  localAddress: string
}

/** Bytes of the body as they come over the wire. */
function sizeOf({ port, path, token, encoding, localAddress }: Ask): Promise<number> {
  const headers = { 'accept-encoding': encoding, ...(token === null ? {} : { authorization: `Bearer ${token}` }) }
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers, localAddress, agent: false }, (answer) => {
      let bytes = 0
      if (answer.statusCode !== 200) reject(new Error(`${path} answers ${answer.statusCode}`))
      answer.on('data', (chunk: Buffer) => (bytes += chunk.length))
      answer.once('end', () => resolve(bytes))
    })
      .once('error', reject)
      .end()
  })
}
