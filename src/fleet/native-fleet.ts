import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { APP_SLOTS } from '../platform/ports.ts'
import { type Fleet, FleetError, type Member, type MemberState, planScale } from './fleet.ts'
import { forAll } from './for-all.ts'
import { isFrozen } from './process-table.ts'
import { readSockets, slotDirectories } from './slots.ts'
import { createSupervisor, type SupervisedProcess } from './supervisor.ts'

/** A cold start takes a second or two; this is for a machine whose cores are all taken. */
const START_SECONDS = 90
/** The supervisor kills after `stopwaitsecs` (deploy/native/supervisord.conf); this is longer. */
const STOP_SECONDS = 20
const LOOK_MS = 100
/** A start takes two seconds of CPU from those that carry the load: so many at a time, and each helps before the next begins. */
const STARTS_AT_ONCE = Math.max(1, availableParallelism() >> 1)
/** So many processes of one app server while it is waited for mean that waiting will not help. */
const RESTLESS_STARTS = 4

/** The app servers that the supervisor of the stack in `stateDirectory` keeps. Needs to be root or the supervisor's user. */
export function createNativeFleet({ stateDirectory }: { stateDirectory: string }): Fleet {
  const supervisor = createSupervisor(`${stateDirectory}/run/supervisor.sock`)
  const directories = slotDirectories(stateDirectory)

  async function list(): Promise<Member[]> {
    const processes = await supervisor.processes()
    if (processes === null) throw new FleetError(`no stack is running in ${stateDirectory}`, 'up')
    const none = new Map<string, string>()
    const [listening, linked] = await Promise.all([
      readSockets(directories.apps).catch(() => none),
      readSockets(directories.slots).catch(() => none),
    ])
    const byName = new Map(processes.map((each) => [each.name, each]))
    return Array.from({ length: APP_SLOTS }, (_, index): Member => {
      const [slot, name] = [index + 1, `app${index + 1}`]
      const found = byName.get(name)
      const socket = String(slot).padStart(2, '0')
      return {
        name,
        slot,
        pid: found && found.pid > 0 ? found.pid : null,
        state: stateOf(found),
        // A slot that a dead one left behind is another socket than its successor's.
        inRotation: linked.has(socket) && linked.get(socket) === listening.get(socket),
      }
    })
  }

  async function member(name: string): Promise<Member> {
    const found = (await list()).find((each) => each.name === name)
    if (!found) throw new FleetError(`there is no app server ${name}; they are app1 to app${APP_SLOTS}`, 'status')
    return found
  }

  async function signal(name: string, which: NodeJS.Signals): Promise<void> {
    const { pid } = await member(name)
    if (pid === null) throw new FleetError(`${name} is not running`, 'status')
    process.kill(pid, which)
  }

  async function start(name: string): Promise<void> {
    const pids = new Set<number>()
    // A start asked for anew may succeed where the supervisor had given up.
    if ((await member(name)).state === 'failed') await supervisor.start(name)
    for (const deadline = Date.now() + START_SECONDS * 1_000; ; await sleep(LOOK_MS)) {
      const { state, pid, inRotation } = await member(name)
      if (inRotation && state === 'running') return
      if (state === 'failed') throw new FleetError(`${name} does not start`, `logs ${name}`)
      if (state === 'frozen') throw new FleetError(`${name} is frozen (pid ${pid})`, 'status')
      // One that is just ending is started as soon as it has.
      if (state === 'stopped') await supervisor.start(name)
      if (pid !== null && pids.add(pid).size >= RESTLESS_STARTS)
        throw new FleetError(`${name} starts and ends again and again`, `logs ${name}`)
      if (Date.now() > deadline)
        throw new FleetError(`${name} takes no requests after ${START_SECONDS} s`, `logs ${name}`)
    }
  }

  async function stop(name: string): Promise<void> {
    const { state, pid } = await member(name)
    if (state === 'frozen' && pid !== null) process.kill(pid, 'SIGCONT')
    const late = await supervisor.stop([name], STOP_SECONDS)
    if (late.length > 0) throw new FleetError(`${name} has not ended after ${STOP_SECONDS} s`, `logs ${name}`)
  }

  return {
    list,
    start,
    stop,
    kill: (name) => signal(name, 'SIGKILL'),
    freeze: (name) => signal(name, 'SIGSTOP'),
    resume: (name) => signal(name, 'SIGCONT'),
    async scale(count, onMoved) {
      const startedAt = performance.now()
      const plan = planScale(await list(), count)
      const move = async (name: string, to: 'rotation' | 'rest') => {
        await (to === 'rotation' ? start(name) : stop(name))
        if (plan.start.includes(name) || to === 'rest')
          onMoved?.({ name, to, elapsedMs: performance.now() - startedAt })
      }
      // Those that should already run come last: one that hangs keeps no other from starting.
      const inOrder = [...plan.start, ...plan.wanted.filter((name) => !plan.start.includes(name))]
      await forAll(inOrder, STARTS_AT_ONCE, (name) => move(name, 'rotation'))
      await forAll(plan.stop, plan.stop.length, (name) => move(name, 'rest'))
      return list()
    },
  }
}

function stateOf(found: SupervisedProcess | undefined): MemberState {
  switch (found?.state) {
    case 'RUNNING':
      return isFrozen(found.pid) ? 'frozen' : 'running'
    case 'STARTING':
      return 'starting'
    case 'STOPPING':
      return 'draining'
    case 'FATAL':
      return 'failed'
    // BACKOFF: it ended too soon and is tried again.
    case 'BACKOFF':
      return 'starting'
    default:
      return 'stopped'
  }
}
