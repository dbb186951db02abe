/** Where CPU quotas are set on this machine. */
export interface CpuController {
  version: 1 | 2
  mount: string
  /** The part of the hierarchy's tree that the mount shows: `/`, but a container's own part inside one. */
  mountRoot: string
  /** The directory below which groups are made. */
  root: string
}

export interface CgroupFacts {
  /** /proc/self/mountinfo */
  mountinfo: string
  /** /proc/self/cgroup */
  ownCgroup: string
  /** The controllers that the version 2 hierarchy mounted at `mount` offers. */
  controllersAt: (mount: string) => string
}

/** `write` to a file of the kernel's, or a directory to make. */
export type QuotaStep = { kind: 'make'; path: string } | { kind: 'write'; path: string; text: string }

/** Short, so that a small quota slows requests down evenly instead of stopping all of them for most of every 100 ms (the default). */
export const PERIOD_MICROSECONDS = 20_000
/** The kernel takes no quota below 1 ms a period. */
export const CORES_MIN = 1_000 / PERIOD_MICROSECONDS

/** The CPU controller: version 1 where it is mounted as such (hybrid machines), else version 2; null where there is none. */
export function findCpuController(facts: CgroupFacts): CpuController | null {
  const mounts = facts.mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const [, , , root = '', path = ''] = before.split(' ')
    const [type = '', , options = ''] = after.split(' ')
    return path === '' ? [] : [{ root, path, type, options: options.split(',') }]
  })
  const first = mounts.find(({ type, options }) => type === 'cgroup' && options.includes('cpu'))
  if (first) {
    const place = { version: 1, mount: first.path, mountRoot: first.root } as const
    return { ...place, root: groupOf(place, facts.ownCgroup) }
  }
  const second = mounts.find(({ type, path }) => type === 'cgroup2' && /\bcpu\b/.test(facts.controllersAt(path)))
  // Version 2 lets no processes and controlled groups stand side by side, but for the top.
  return second ? { version: 2, mount: second.path, mountRoot: second.root, root: second.path } : null
}

/** What makes the groups of `tag` possible; done once, before any group. */
export function planTop(controller: CpuController, tag: string): QuotaStep[] {
  const top = `${controller.root}/${tag}`
  if (controller.version === 1) return [{ kind: 'make', path: top }]
  // Children have the controller only where their parent hands it on.
  return [
    { kind: 'write', path: `${controller.root}/cgroup.subtree_control`, text: '+cpu' },
    { kind: 'make', path: top },
    { kind: 'write', path: `${top}/cgroup.subtree_control`, text: '+cpu' },
  ]
}

/** What gives the group `name` at most `cores` of CPU time (0.25: a quarter of a core), over all its processes together. */
export function planQuota(controller: CpuController, tag: string, name: string, cores: number): QuotaStep[] {
  const path = `${controller.root}/${tag}/${name}`
  const quota = Math.round(cores * PERIOD_MICROSECONDS)
  if (!(cores >= CORES_MIN)) throw new RangeError(`a quota of ${cores} cores is below ${CORES_MIN}`)
  const limits: QuotaStep[] =
    controller.version === 1
      ? [
          { kind: 'write', path: `${path}/cpu.cfs_period_us`, text: String(PERIOD_MICROSECONDS) },
          { kind: 'write', path: `${path}/cpu.cfs_quota_us`, text: String(quota) },
        ]
      : [{ kind: 'write', path: `${path}/cpu.max`, text: `${quota} ${PERIOD_MICROSECONDS}` }]
  return [{ kind: 'make', path }, ...limits]
}

/** The directory of the group that a process is in, from its /proc/PID/cgroup: where it is put back. */
export function groupOf(controller: Omit<CpuController, 'root'>, cgroupText: string): string {
  const line = cgroupText.split('\n').find((each) => {
    const [id, names = ''] = each.split(':')
    return controller.version === 1 ? names.split(',').includes('cpu') : id === '0'
  })
  const path = line?.split(':').slice(2).join(':') ?? '/'
  const shown = controller.mountRoot !== '/' && path.startsWith(controller.mountRoot)
  return `${controller.mount}${shown ? path.slice(controller.mountRoot.length) : path}`.replace(/\/$/, '')
}
