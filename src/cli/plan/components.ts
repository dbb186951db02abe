import { APP_SLOTS, MAX_POPS, popPorts, PORTS, type PortName } from '../../platform/ports.ts'

export type ComponentName = 'etcd' | 'postgres' | 'redis' | 'worker' | 'app' | 'watcher' | 'lb' | 'edge' | 'prometheus'

/** One process that supervisord keeps running. */
export interface Program {
  name: string
  component: ComponentName
  /** Absolute port without the stack's offset; null where the program listens on UNIX sockets only. */
  basePort: number | null
  /** App servers are started one by one, the rest starts with the supervisor. */
  slot: number | null
}

function program(name: string, component: ComponentName, port: PortName | null): Program {
  return { name, component, basePort: port === null ? null : PORTS[port], slot: null }
}

export function appName(slot: number): string {
  return `app${slot}`
}

/** Programs in the order in which `up` waits for them, with `apps` app servers and `pops` edge caches. */
export function programs(apps: number, pops = 1): Program[] {
  const appPrograms = Array.from({ length: apps }, (_, index): Program => ({
    name: appName(index + 1),
    component: 'app',
    basePort: PORTS.appMetrics + index + 1,
    slot: index + 1,
  }))
  const popPrograms = Array.from({ length: pops }, (_, index): Program => ({
    name: `edge${index + 1}`,
    component: 'edge',
    basePort: popPorts(index + 1, 0).edge,
    slot: null,
  }))
  return [
    program('etcd', 'etcd', 'etcdClient'),
    program('pg1', 'postgres', 'pg1'),
    program('pg2', 'postgres', 'pg2'),
    program('pg3', 'postgres', 'pg3'),
    program('redis-main', 'redis', 'redisMain'),
    program('redis-cache', 'redis', 'redisCache'),
    program('worker1', 'worker', 'workerMetrics'),
    ...appPrograms,
    program('watcher', 'watcher', 'watcherMetrics'),
    program('lb', 'lb', 'lb'),
    ...popPrograms,
    program('prometheus', 'prometheus', 'prometheus'),
  ]
}

/** Programs that may be running: all sixteen slots and eight PoPs, whatever `up` was told to start. */
export function allPrograms(): Program[] {
  return programs(APP_SLOTS, MAX_POPS)
}

export const DATABASE_NODES = ['pg1', 'pg2', 'pg3'] as const
export type DatabaseNode = (typeof DATABASE_NODES)[number]

export function isDatabaseNode(name: string): name is DatabaseNode {
  return DATABASE_NODES.some((node) => node === name)
}

function named(component: ComponentName): string[] {
  return allPrograms()
    .filter((each) => each.component === component)
    .map((each) => each.name)
}

/** Groups that stop one after the other, each at once. NGINX finishes the requests in flight before it ends, so that nobody
 *  asks behind it any more; the worker has Redis and the primary until it has put its job down; the primary goes last but
 *  for the store that elects it. Replicas begin early: Patroni waits two rounds until the primary has released them. */
export function stopLevels(primary: string | null): string[][] {
  const replicas = DATABASE_NODES.filter((node) => node !== primary)
  return [
    [...named('edge'), 'lb'],
    [...named('app'), 'worker1', 'watcher', 'prometheus', ...replicas],
    ['redis-main', 'redis-cache', ...(primary === null ? [] : [primary])],
    ['etcd'],
  ]
}
