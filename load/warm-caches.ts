import { Agent, get } from 'node:http'
import type { PhotoPage } from '../src/contract/photos.ts'
import { portOf } from '../src/platform/ports.ts'
import type { Services } from '../src/processes/services.ts'
import { imageOf } from './generator/actions.ts'
import { signIn, signOut } from './generator/people.ts'
import { seededRandom } from './seeded-random.ts'
import { usernamesOf } from './world.ts'

const AT_ONCE = 6

/** Warm caches, as a day leaves them: each of so many people has looked at their feed and its photos once, through the edge, and somebody at each profile. */
export async function warmCaches(services: Services, count: number, signal: AbortSignal): Promise<void> {
  const [lb, edge] = [portOf('lb', services.config.portOffset), portOf('edge', services.config.portOffset)]
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const people = await signIn(services, count, seededRandom(1))
  try {
    const paths = new Set<string>()
    const usernames = await usernamesOf(services)
    await eachOf([...people.entries()], signal, async ([at, { token, localAddress }]) => {
      const headers = { authorization: `Bearer ${token}` }
      // An address of its own needs a connection of its own.
      const { items } = JSON.parse(await read({ port: lb, path: '/api/feed', headers, localAddress })) as PhotoPage
      for (const card of items) for (const path of imageOf(card)) paths.add(path)
      for (let nr = at; nr < usernames.length; nr += count)
        await read({ port: lb, path: `/api/accounts/${usernames[nr]}`, headers, localAddress })
    })
    await eachOf([...paths], signal, (path) => read({ port: edge, path, agent }))
  } finally {
    agent.destroy()
    await signOut(services, people)
  }
}

async function eachOf<Item>(items: readonly Item[], signal: AbortSignal, work: (item: Item) => Promise<unknown>) {
  const queue = [...items]
  const take = async () => {
    for (let item = queue.pop(); item !== undefined && !signal.aborted; item = queue.pop()) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, take))
}

function read(options: {
  port: number
  path: string
  headers?: Record<string, string>
  localAddress?: string
  agent?: Agent
}): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', agent: false, ...options }, (answer) => {
      let text = ''
      if (answer.statusCode !== 200) reject(new Error(`${options.path} answers ${answer.statusCode}`))
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.once('end', () => resolve(text))
    }).once('error', reject)
  })
}
