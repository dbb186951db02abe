/** Every TCP port of a stack, before MINIGRAM_PORT_OFFSET is added. `appMetrics` is a base: app server N uses base + N (1 to 16).
 *  So are `edges` and `edgePurges`, for the PoPs after the first: base + N (2 to 8). */
export const PORTS = {
  lb: 80,
  lbTls: 443,
  dashboards: 3001,
  edgePurge: 4081,
  lbPurge: 4082,
  appMetrics: 4100,
  workerMetrics: 4121,
  watcherMetrics: 4122,
  edgePurges: 4180,
  etcdClient: 4301,
  etcdPeer: 4302,
  edges: 5080,
  pg1: 5501,
  pg2: 5502,
  pg3: 5503,
  patroni1: 5601,
  patroni2: 5602,
  patroni3: 5603,
  redisMain: 6301,
  redisCache: 6302,
  nginxStatus: 8080,
  edge: 8081,
  edgeTls: 8444,
  prometheus: 9090,
  alertmanager: 9093,
} as const

export type PortName = keyof typeof PORTS

/** Slots that NGINX knows; the fleet never grows past them. */
export const APP_SLOTS = 16

/** PoPs that one machine may run. */
export const MAX_POPS = 8

/** Where PoP `nr` (1 to 8) of the stack with this offset answers everybody, and where it takes purges. */
export function popPorts(nr: number, offset: number): { edge: number; purge: number } {
  if (nr === 1) return { edge: portOf('edge', offset), purge: portOf('edgePurge', offset) }
  return { edge: portOf('edges', offset) + nr, purge: portOf('edgePurges', offset) + nr }
}

/** The port `name` of the stack with this offset. */
export function portOf(name: PortName, offset: number): number {
  return PORTS[name] + offset
}
