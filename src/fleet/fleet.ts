import { APP_SLOTS } from '../platform/ports.ts'

/** `draining`: told to end, finishing its requests. `failed`: the supervisor cannot keep it running. */
export type MemberState = 'stopped' | 'starting' | 'running' | 'frozen' | 'draining' | 'failed'

/** One app server that may run. */
export interface Member {
  name: string
  /** 1 to 16: its place in the load balancer. */
  slot: number
  pid: number | null
  state: MemberState
  /** The load balancer sends it requests. */
  inRotation: boolean
}

export type Moved = { name: string; to: 'rotation' | 'rest'; elapsedMs: number }

/** The app servers of one stack. No call touches the load balancer: an app server takes and leaves its slot by itself. */
export interface Fleet {
  /** All sixteen, by slot. */
  list(): Promise<Member[]>
  /** Resolves once it takes requests. */
  start(name: string): Promise<void>
  /** Resolves once it has finished its requests and ended. A frozen one is woken for that. */
  stop(name: string): Promise<void>
  /** SIGKILL; the supervisor starts it again. */
  kill(name: string): Promise<void>
  /** SIGSTOP: it holds its connections and answers nothing. */
  freeze(name: string): Promise<void>
  /** SIGCONT */
  resume(name: string): Promise<void>
  /** Makes app1 to app`count` run and the others rest. What is to come takes requests before anything leaves, and is started one after another where cores are few. */
  scale(count: number, onMoved?: (moved: Moved) => void): Promise<Member[]>
}

/** What and why in one line; `next` are words to type after `./minigram`. */
export class FleetError extends Error {
  override readonly name = 'FleetError'
  readonly next: string | undefined

  constructor(message: string, next?: string) {
    super(message)
    this.next = next
  }
}

export interface ScalePlan {
  /** Already in rotation, or to be. */
  wanted: string[]
  start: string[]
  stop: string[]
}

/** What makes exactly the first `count` slots run. @throws FleetError where that cannot be had. */
export function planScale(members: readonly Member[], count: number): ScalePlan {
  if (!Number.isInteger(count) || count < 1 || count > APP_SLOTS)
    throw new FleetError(`a fleet has 1 to ${APP_SLOTS} app servers, not ${count}`, 'scale --help')
  const wanted = members.filter(({ slot }) => slot <= count)
  const frozen = wanted.find(({ state }) => state === 'frozen')
  if (frozen) throw new FleetError(`${frozen.name} is frozen (pid ${frozen.pid}) and cannot take requests`, 'status')
  return {
    wanted: wanted.map(({ name }) => name),
    start: wanted.filter(({ state }) => state !== 'running' && state !== 'starting').map(({ name }) => name),
    stop: members.filter(({ slot, state }) => slot > count && state !== 'stopped').map(({ name }) => name),
  }
}
