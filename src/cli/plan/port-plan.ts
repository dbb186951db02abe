import { APP_SLOTS, MAX_POPS, PORTS, popPorts, type PortName, portOf } from '../../platform/ports.ts'
import { BLOCKED_PORTS, HIGHEST_PORT } from './blocked-ports.ts'

export interface PlannedPort {
  name: string
  port: number
}

/** Ports of parts that this version does not start, and bases that others are counted from. */
const RESERVED: ReadonlySet<PortName> = new Set(['dashboards', 'alertmanager', 'appMetrics', 'edges', 'edgePurges'])

/** Every port that the stack at `offset` with so many PoPs listens on, app servers' metrics included. */
export function plannedPorts(offset: number, pops = 1): PlannedPort[] {
  const names = (Object.keys(PORTS) as PortName[]).filter((name) => !RESERVED.has(name)) // @NOTE keys of a const object
  const metrics = Array.from({ length: APP_SLOTS }, (_, index) => ({
    name: `app${index + 1}`,
    port: portOf('appMetrics', offset) + index + 1,
  }))
  const morePops = Array.from({ length: pops - 1 }, (_, index) => index + 2).flatMap((nr) => {
    const { edge, purge } = popPorts(nr, offset)
    return [
      { name: `edge${nr}`, port: edge },
      { name: `edge${nr} purges`, port: purge },
    ]
  })
  return [...names.map((name) => ({ name, port: portOf(name, offset) })), ...metrics, ...morePops]
}

/** Why the stack cannot live at `offset`, or null. */
export function offsetProblem(offset: number): string | null {
  const ports = plannedPorts(offset, MAX_POPS)
  const high = ports.find((each) => each.port > HIGHEST_PORT)
  if (high) return `offset ${offset} puts ${high.name} on port ${high.port}, above ${HIGHEST_PORT}`
  const blocked = ports.find((each) => BLOCKED_PORTS.has(each.port))
  if (blocked) return `offset ${offset} puts ${blocked.name} on port ${blocked.port}, which browsers block`
  return null
}

/** The first round offset at which nothing listens, 20000 preferred; null when there is none. */
export function freeOffset(listening: ReadonlySet<number>): number | null {
  const candidates = [20_000, 21_000, 22_000, 23_000, ...Array.from({ length: 19 }, (_, index) => (index + 1) * 1000)]
  const isFree = (offset: number): boolean =>
    offsetProblem(offset) === null && plannedPorts(offset).every((each) => !listening.has(each.port))
  return candidates.find(isFree) ?? null
}
