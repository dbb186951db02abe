import type { ResourceUse } from './resources.ts'

const GROUPS: readonly (readonly [name: string, members: RegExp])[] = [
  ['app servers', /^app\d+$/],
  ['stage 2', /^stage-2$/],
  ['postgres', /^pg\d$/],
  ['redis', /^redis-/],
  ['balancer', /^lb$/],
  ['edge', /^edge\d$/],
  ['worker', /^worker\d$/],
  ['generator', /^generator$/],
  ['others', /./],
]

export interface GroupUse {
  name: string
  cores: number
  memoryBytes: number
}

/** Components of a kind as one, in the order of the topology; kinds that are not there are left out. */
export function groupUse({ components }: ResourceUse): GroupUse[] {
  const groups = new Map<string, GroupUse>()
  for (const [name] of GROUPS) groups.set(name, { name, cores: 0, memoryBytes: 0 })
  for (const [component, { cores, memoryBytes }] of Object.entries(components)) {
    const group = groups.get(GROUPS.find(([, members]) => members.test(component))?.[0] ?? 'others')
    if (!group) continue
    group.cores += cores
    group.memoryBytes += memoryBytes
  }
  return [...groups.values()].filter(({ memoryBytes, cores }) => memoryBytes > 0 || cores > 0)
}

/** `app servers 0.50, postgres 0.12 …`: cores, what is below a hundredth left out. */
export function describeUse(use: ResourceUse): string {
  const parts = groupUse(use).filter(({ cores }) => cores >= 0.01)
  return [
    ...parts.map(({ name, cores }) => `${name} ${cores.toFixed(2)}`),
    `machine ${use.machineCores.toFixed(2)}`,
  ].join(', ')
}
