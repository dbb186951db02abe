import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { listProcesses, processTree, readText } from './process-table.ts'
import { type CpuController, findCpuController, groupOf, planQuota, planTop, type QuotaStep } from './quota-plan.ts'

/** This machine or this user cannot set quotas: what rests on them is not measured here. */
export class QuotaUnavailable extends Error {
  override readonly name = 'QuotaUnavailable'
}

export interface Throttling {
  periods: number
  throttledPeriods: number
}

/** Shares of CPU for processes of one stack; released, also when this process ends by itself, everything is as before. */
export interface Quotas extends Disposable {
  /** The processes `roots` with all that descend from them get at most `cores` together. Called again, it changes the share or adds processes. */
  limit(name: string, cores: number, roots: readonly number[]): void
  /** How often the group was stopped since it was made: a group that never was did not need its whole share. */
  throttling(name: string): Throttling
  release(): void
}

/** @throws QuotaUnavailable with the reason and what to do. */
export function openQuotas({ stateDirectory }: { stateDirectory: string }): Quotas {
  const controller = cpuController()
  // One name per stack: what a killed run left behind is found again.
  const tag = `minigram-${createHash('sha256').update(stateDirectory).digest('hex').slice(0, 10)}`
  const homes = new Map<number, string>()
  const wasEnabled = readText(`${controller.root}/cgroup.subtree_control`).split(/\s+/).includes('cpu')

  /** Where a process goes back to; one that was born in a group of ours goes where its parent came from. */
  function homeOf(pid: number): string {
    const group = groupOf(controller, readText(`/proc/${pid}/cgroup`))
    return group.startsWith(`${controller.root}/${tag}/`) ? (homes.get(parentOf(pid)) ?? controller.root) : group
  }
  function release(): void {
    removeGroups(controller, tag, homes)
    if (controller.version === 2 && !wasEnabled)
      attempt(() => writeFileSync(`${controller.root}/cgroup.subtree_control`, '-cpu'))
    process.off('exit', release)
  }
  removeGroups(controller, tag, homes)
  process.once('exit', release)
  perform(planTop(controller, tag))

  return {
    release,
    [Symbol.dispose]: release,
    limit(name, cores, roots) {
      perform(planQuota(controller, tag, name, cores))
      const procs = `${controller.root}/${tag}/${name}/cgroup.procs`
      // What is forked while the others are moved is found by looking again; children of moved ones are inside by birth.
      for (let left = pidsUnder(roots); left.length > 0; left = pidsUnder(roots).filter((pid) => !homes.has(pid))) {
        for (const pid of left) {
          if (!homes.has(pid)) homes.set(pid, homeOf(pid))
          attempt(() => writeFileSync(procs, String(pid)))
        }
      }
    },
    throttling(name) {
      const text = readText(`${controller.root}/${tag}/${name}/cpu.stat`)
      const value = (key: string) => Number(new RegExp(`^${key} (\\d+)$`, 'm').exec(text)?.[1] ?? 0)
      return { periods: value('nr_periods'), throttledPeriods: value('nr_throttled') }
    },
  }
}

function cpuController(): CpuController {
  const found = findCpuController({
    mountinfo: readText('/proc/self/mountinfo'),
    ownCgroup: readText('/proc/self/cgroup'),
    controllersAt: (mount) => readText(`${mount}/cgroup.controllers`),
  })
  if (found) return found
  throw new QuotaUnavailable('CPU quotas: no cgroup with the cpu controller is mounted   try: grep cgroup /proc/mounts')
}

function pidsUnder(roots: readonly number[]): number[] {
  const all = listProcesses()
  return [...new Set(roots.flatMap((root) => processTree(root, all)).map(({ pid }) => pid))]
}

/** Puts every process of our groups back to where it came from, then removes the groups. */
function removeGroups(controller: CpuController, tag: string, homes: ReadonlyMap<number, string>): void {
  const top = `${controller.root}/${tag}`
  for (const name of groupsIn(top)) {
    for (
      let pids = pidsIn(`${top}/${name}`), turn = 0;
      pids.length > 0 && turn < 20;
      pids = pidsIn(`${top}/${name}`), turn++
    )
      for (const pid of pids) {
        const home = homes.get(pid) ?? homes.get(parentOf(pid)) ?? controller.root
        attempt(() => writeFileSync(`${home}/cgroup.procs`, String(pid)))
      }
    attempt(() => rmdirSync(`${top}/${name}`))
  }
  attempt(() => rmdirSync(top))
}

function groupsIn(top: string): string[] {
  try {
    return readdirSync(top, { withFileTypes: true })
      .filter((each) => each.isDirectory())
      .map(({ name }) => name)
  } catch {
    return []
  }
}

function pidsIn(group: string): number[] {
  return readText(`${group}/cgroup.procs`).split('\n').filter(Boolean).map(Number)
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readText(`/proc/${pid}/status`))?.[1] ?? 0)
}

/** A process that has ended meanwhile cannot be moved, and need not be. */
function attempt(work: () => void): void {
  try {
    work()
  } catch {
    // @NOTE see above
  }
}

function perform(steps: readonly QuotaStep[]): void {
  for (const step of steps) {
    try {
      if (step.kind === 'make') mkdirSync(step.path, { recursive: true })
      else writeFileSync(step.path, step.text)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new QuotaUnavailable(
        `CPU quotas cannot be set: ${reason}   try: as root, outside a container or in a privileged one`,
      )
    }
  }
}
