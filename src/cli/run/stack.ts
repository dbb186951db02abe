import { portOf } from '../../platform/ports.ts'
import {
  type ComponentName,
  DATABASE_NODES,
  type DatabaseNode,
  isDatabaseNode,
  type Program,
} from '../plan/components.ts'
import { appSocket, type StatePaths } from '../plan/paths.ts'
import type { Settings } from '../plan/settings.ts'
import { get, type Target, isEtcdHealthy, isRedisHealthy, patroniNode } from './probes.ts'
import { readSecret } from './state.ts'

const PATRONI_PORTS = { pg1: 'patroni1', pg2: 'patroni2', pg3: 'patroni3' } as const

/** Where `node`'s Patroni answers. */
export function patroniPort(settings: Settings, node: DatabaseNode): number {
  return portOf(PATRONI_PORTS[node], settings.portOffset)
}

export interface NodeRole {
  node: DatabaseNode
  role: 'primary' | 'replica'
  isRunning: boolean
}

/** The role that each answering node has by its own account. */
export async function nodeRoles(settings: Settings): Promise<NodeRole[]> {
  const answers = await Promise.all(
    DATABASE_NODES.map(async (node) => {
      const answer = await patroniNode(patroniPort(settings, node))
      return answer && { node, ...answer }
    }),
  )
  return answers.filter((answer) => answer !== null)
}

/** The node that takes writes; null when none answers as one. */
export async function findPrimary(settings: Settings): Promise<DatabaseNode | null> {
  return (await nodeRoles(settings)).find((each) => each.role === 'primary' && each.isRunning)?.node ?? null
}

async function isFine(target: Target, path: string): Promise<boolean> {
  return (await get(target, path))?.status === 200
}

/** Does `program` do its work now? Every probe ends within two seconds, so that a frozen one is found out too. */
export async function isHealthy(program: Program, settings: Settings, paths: StatePaths): Promise<boolean> {
  const port = (program.basePort ?? 0) + settings.portOffset
  const probes: Readonly<Record<ComponentName, () => Promise<boolean>>> = {
    etcd: async () => isEtcdHealthy(port),
    postgres: async () =>
      isDatabaseNode(program.name) && isFine({ port: patroniPort(settings, program.name) }, '/health'),
    redis: async () =>
      isRedisHealthy(port, readSecret(paths, program.name === 'redis-main' ? 'redis-main' : 'redis-cache')),
    worker: async () => isFine({ port }, '/ready'),
    app: async () => isFine({ socketPath: appSocket(paths, program.slot ?? 0) }, '/health/ready'),
    watcher: async () => isFine({ port }, '/metrics'),
    lb: async () => isFine({ port: portOf('nginxStatus', settings.portOffset) }, '/nginx_status'),
    edge: async () => (await get({ port }, '/health/live')) !== null,
    prometheus: async () => isFine({ port }, '/-/ready'),
  }
  // A secret that cannot be read (not root, or not made yet) means that nobody can tell: not healthy.
  return probes[program.component]().catch(() => false)
}
