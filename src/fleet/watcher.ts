import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Log } from '../platform/log.ts'
import { probe } from './probe.ts'
import { writeScrapeTargets } from './scrape-targets.ts'
import { joinSlot, leaveSlot, readSockets, slotDirectories, socketPath, sweepSocket } from './slots.ts'
import { decide, observe, type Action, type Observation, type ProbeOutcome } from './watch-policy.ts'

export interface WatcherOptions {
  stateDirectory: string
  appMetricsPortBase: number
  registry: Registry
  log: Log
}

interface Answer {
  socketId: string
  outcome: ProbeOutcome
}

/** Holds nothing that the disk does not hold, apart from streaks: a watcher that dies changes no rotation, a new one continues. */
export async function createWatcher({ stateDirectory, appMetricsPortBase, registry, log }: WatcherOptions) {
  const directories = slotDirectories(stateDirectory)
  const targetsPath = join(stateDirectory, 'run/prometheus/apps.json')
  for (const path of [directories.apps, directories.slots, join(stateDirectory, 'run/prometheus')]) {
    await mkdir(path, { recursive: true, mode: 0o700 })
  }
  const registers = [registry]
  const slotUp = new Gauge({ name: 'lb_slot_up', help: 'In the rotation', labelNames: ['instance'], registers })
  const ejections = new Counter({
    name: 'lb_slot_ejections_total',
    help: 'Times an app server left the rotation',
    labelNames: ['instance', 'reason'],
    registers,
  })
  const latest = new Map<string, Observation>()
  const asking = new Map<string, Promise<void>>()
  /** Answers since the round before. */
  let heard = new Map<string, Answer>()
  let writtenTargets: string | undefined

  async function ask(slot: string, socketId: string): Promise<void> {
    const outcome = await probe(socketPath(directories.apps, slot))
    heard.set(slot, { socketId, outcome })
    asking.delete(slot)
  }

  async function apply(action: Action): Promise<void> {
    const { slot } = action
    const instance = `app${Number(slot)}`
    if (action.kind === 'join') await joinSlot(directories, slot)
    if (action.kind === 'leave') {
      await leaveSlot(directories, slot)
      ejections.inc({ instance, reason: action.reason })
    }
    if (action.kind === 'sweep') await sweepSocket(directories, slot, action.socketId)
    log.info({
      event: `slot.${action.kind}`,
      app: instance,
      reason: action.kind === 'leave' ? action.reason : undefined,
    })
  }

  /** One look at all app servers. Who has not answered after `settleMs` is silent for now; a late answer counts in the next round. */
  async function round(settleMs: number): Promise<void> {
    // @NOTE read before asking: a slot that its app server gives up meanwhile is not joined again by an older answer.
    const rotation = await readSockets(directories.slots)
    const sockets = await readSockets(directories.apps)
    const free = [...sockets].filter(([slot]) => !asking.has(slot))
    for (const [slot, socketId] of free) asking.set(slot, ask(slot, socketId))
    await Promise.race([Promise.all(asking.values()), new Promise((resolve) => setTimeout(resolve, settleMs))])

    const fresh = new Set(free.map(([slot]) => slot).filter((slot) => !asking.has(slot)))
    for (const slot of latest.keys()) if (!sockets.has(slot)) latest.delete(slot)
    for (const [slot, socketId] of sockets) {
      const answer = heard.get(slot)
      const outcome = answer?.socketId === socketId ? answer.outcome : 'silent'
      latest.set(slot, observe(latest.get(slot), { slot, socketId, outcome }))
    }
    heard = new Map()
    for (const action of decide([...latest.values()], rotation)) {
      // An answer to an earlier round is too old to let anybody in: the app server may have begun to drain.
      if (action.kind === 'join' && !fresh.has(action.slot)) continue
      await apply(action).catch((error: unknown) => log.warn({ event: 'slot.failed', action, error: String(error) }))
    }

    const live = [...sockets.keys()].filter((slot) => latest.get(slot)?.outcome !== 'refused')
    if (live.join() !== writtenTargets) {
      await writeScrapeTargets(targetsPath, live, appMetricsPortBase)
      writtenTargets = live.join()
    }
    const inRotation = await readSockets(directories.slots)
    for (const slot of sockets.keys()) slotUp.set({ instance: `app${Number(slot)}` }, inRotation.has(slot) ? 1 : 0)
  }

  return { round }
}
