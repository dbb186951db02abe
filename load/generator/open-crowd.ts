import { availableParallelism } from 'node:os'
import type { Services } from '../../src/processes/services.ts'
import { type Crowd, startCrowd } from './crowd.ts'
import { signIn, signOut } from './people.ts'
import { seededRandom } from '../seeded-random.ts'
import { stackTarget } from '../target.ts'
import { lookAtWorld } from '../world.ts'

export interface OpenCrowdOptions {
  /** Each with a session, a client address and connections of their own. */
  people: number
  /** The same seed draws the same people, paces and actions. */
  seed?: number
  /** Pictures to upload; drawn ones otherwise. */
  photosDirectory?: string | undefined
  threads?: number
  /** Everybody follows the most followed one, who will do the uploads: for the mix `celebrity`. */
  hasCelebrity?: boolean
  keepsUploads?: boolean
  /** False: photos and assets come from the balancer, as if there were no edge. */
  hasEdge?: boolean
  /** Ports of another service over the same data; the stack's load balancer and edge otherwise. */
  ports?: { lb: number; edge: number }
}

/** One thread carries more than the servers on four cores do, and two cost a quarter more than one. */
export const THREADS_USUALLY = Math.min(4, Math.ceil(availableParallelism() / 4))

/** Signs in people of the stack that `services` is connected to, over loopback. Disposed of, it signs them out and deletes what they uploaded. */
export async function openCrowd(services: Services, options: OpenCrowdOptions): Promise<Crowd> {
  const {
    people: count,
    seed = 1,
    photosDirectory,
    threads = THREADS_USUALLY,
    keepsUploads = false,
    hasEdge = true,
  } = options
  const stack = stackTarget(services.config.portOffset, options.ports)
  const target = hasEdge ? stack : { ...stack, edge: stack.lb }
  const world = await lookAtWorld(
    services,
    photosDirectory,
    `http://${stackTarget(services.config.portOffset).lb.authority}`,
  )
  const people = await signIn(services, count, seededRandom(seed))
  const celebrity = (options.hasCelebrity === true ? people[0] : undefined) ?? null
  try {
    const crowd = await startCrowd({ people, celebrity, world, target, seed, threads, keepsUploads })
    return {
      ...crowd,
      async [Symbol.asyncDispose]() {
        try {
          await crowd[Symbol.asyncDispose]()
        } finally {
          await signOut(services, people)
        }
      },
    }
  } catch (error) {
    await signOut(services, people)
    throw error
  }
}
