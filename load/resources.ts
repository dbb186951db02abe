import { readFileSync } from 'node:fs'
import { createSupervisor } from '../src/fleet/supervisor.ts'
import { listStats, programOf, proportionalBytes, TICKS_PER_SECOND } from '../src/fleet/process-table.ts'
import { isOfStack } from './reads/database-nodes.ts'

/** What each component used in one second. Components are the supervisor's programs (app1, pg2, lb …) and `generator`: this process. */
export interface ResourceSample {
  /** performance.now() at its end. */
  atMs: number
  /** Of one core; 2 is two cores. */
  cores: Readonly<Record<string, number>>
  /** The whole machine, our own and everybody else's. */
  machineCores: number
  /** Waiting for the disk while nothing else was to do, in cores. */
  waitingCores: number
}

export interface ComponentUse {
  cores: number
  peakCores: number
  /** Proportional (PSS), the most that was seen; 0 before the first look. */
  memoryBytes: number
}

export interface ResourceUse {
  seconds: number
  components: Readonly<Record<string, ComponentUse>>
  machineCores: number
  waitingCores: number
}

export interface ResourceSampler extends AsyncDisposable {
  readonly samples: readonly ResourceSample[]
  /** Means and peaks of the seconds between two times of performance.now(). */
  between(fromMs: number, toMs: number): ResourceUse
}

const SAMPLE_MS = 1_000
/** Memory costs milliseconds to add up, and changes slowly. */
const MEMORY_EVERY_SAMPLES = 10

interface Usage {
  parent: number
  isPostgres: boolean
  /** User and system time, with that of children that have ended. */
  ticks: number
}

/** Looks at /proc once a second, about 10 ms of CPU each, until disposed. Needs root for memory and for detached postmasters. */
export async function sampleResources({
  stateDirectory,
  also = {},
  hasMemory = true,
}: {
  stateDirectory: string
  /** False where nobody must stand still for the tenths of a second that adding memory up takes: this thread, and whose memory it is. */
  hasMemory?: boolean
  /** Further processes by name, such as a server that the scenario itself has started. */
  also?: Readonly<Record<string, number>>
}): Promise<ResourceSampler> {
  const supervisor = createSupervisor(`${stateDirectory}/run/supervisor.sock`)
  const samples: ResourceSample[] = []
  const memory = new Map<string, { atMs: number; bytes: number }[]>()
  const postmasters = new Map<number, string | null>()
  let previous = new Map<string, number>()
  let previousMachine = readMachine()
  let previousMs = performance.now()
  let roots = new Map<number, string>()

  async function lookUpRoots(table: ReadonlyMap<number, Usage>): Promise<void> {
    roots = new Map([[process.pid, 'generator'], ...Object.entries(also).map(([name, pid]) => [pid, name] as const)])
    for (const { pid, name } of (await supervisor.processes()) ?? []) if (pid > 0) roots.set(pid, name)
    // Patroni starts its postmaster apart from itself: it is known by the environment that it was given.
    for (const [pid, { isPostgres, parent }] of table) {
      if (!isPostgres || table.get(parent)?.isPostgres) continue
      if (!postmasters.has(pid)) postmasters.set(pid, isOfStack(pid, stateDirectory) ? programOf(pid) : null)
      const name = postmasters.get(pid)
      if (name) roots.set(pid, name)
    }
  }

  async function sample(): Promise<void> {
    const table = readTable()
    const isDue = samples.length % MEMORY_EVERY_SAMPLES === 0
    if (isDue || [...roots.keys()].some((pid) => !table.has(pid))) await lookUpRoots(table)
    const [atMs, machine] = [performance.now(), readMachine()]
    const seconds = Math.max(0.001, (atMs - previousMs) / 1_000)
    const owners = ownersOf(table, roots)
    // By component, not by process: what a child has used stays in the sum of its parent when it ends.
    const totals = new Map([...roots.values()].map((name) => [name, 0]))
    for (const [pid, name] of owners) totals.set(name, (totals.get(name) ?? 0) + (table.get(pid)?.ticks ?? 0))
    const isFirst = previous.size === 0
    const cores = Object.fromEntries(
      [...totals].map(([name, ticks]) => {
        const used = ticks - (previous.get(name) ?? (isFirst ? ticks : 0))
        return [name, Math.max(0, used) / TICKS_PER_SECOND / seconds]
      }),
    )
    if (isDue && hasMemory) {
      for (const name of new Set(roots.values())) {
        const pids = [...owners].filter(([, owner]) => owner === name).map(([pid]) => pid)
        memory.set(name, [...(memory.get(name) ?? []), { atMs, bytes: proportionalBytes(pids) }])
      }
    }
    const perSecond = (ticks: number) => ticks / TICKS_PER_SECOND / seconds
    samples.push({
      atMs,
      cores,
      machineCores: perSecond(machine.busy - previousMachine.busy),
      waitingCores: perSecond(machine.waiting - previousMachine.waiting),
    })
    previous = totals
    previousMachine = machine
    previousMs = atMs
  }

  await sample()
  // The first only set the marks.
  samples.length = 0
  let isStopped = false
  let running: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    running = running.then(() => (isStopped ? undefined : sample())).catch(() => undefined)
  }, SAMPLE_MS)

  return {
    samples,
    between(fromMs, toMs) {
      const within = samples.filter(({ atMs }) => atMs > fromMs && atMs <= toMs)
      const mean = (values: readonly number[]) =>
        values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
      const names = new Set(within.flatMap(({ cores }) => Object.keys(cores)))
      const components = [...names].map((name): [string, ComponentUse] => {
        const values = within.map(({ cores }) => cores[name] ?? 0)
        const looks = (memory.get(name) ?? []).filter(({ atMs }) => atMs <= toMs)
        const inside = looks.filter(({ atMs }) => atMs > fromMs)
        const bytes = (inside.length > 0 ? inside : looks.slice(-1)).map((look) => look.bytes)
        return [name, { cores: mean(values), peakCores: Math.max(0, ...values), memoryBytes: Math.max(0, ...bytes) }]
      })
      return {
        seconds: within.length,
        components: Object.fromEntries(components),
        machineCores: mean(within.map(({ machineCores }) => machineCores)),
        waitingCores: mean(within.map(({ waitingCores }) => waitingCores)),
      }
    },
    async [Symbol.asyncDispose]() {
      isStopped = true
      clearInterval(timer)
      await running
    },
  }
}

function readTable(): Map<number, Usage> {
  return new Map(
    listStats().map(({ pid, parent, command, ticks, endedChildrenTicks }) => {
      return [pid, { parent, isPostgres: command === 'postgres', ticks: ticks + endedChildrenTicks }]
    }),
  )
}

/** Whose each process is: its own root's, or that of its nearest forebear that is one. */
function ownersOf(table: ReadonlyMap<number, Usage>, roots: ReadonlyMap<number, string>): Map<number, string> {
  const owners = new Map<number, string>()
  for (const pid of table.keys()) {
    for (let at = pid, depth = 0; at > 1 && depth < 20; at = table.get(at)?.parent ?? 0, depth++) {
      const name = roots.get(at)
      if (name === undefined) continue
      owners.set(pid, name)
      break
    }
  }
  return owners
}

function readMachine(): { busy: number; waiting: number } {
  const [user = 0, nice = 0, system = 0, , waiting = 0, irq = 0, softirq = 0] = (
    /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? ''
  )
    .split(' ')
    .map(Number)
  return { busy: user + nice + system + irq + softirq, waiting }
}
