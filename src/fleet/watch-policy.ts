/** `unwell`: no answer in time, or an answer that is neither ready nor draining. `refused`: nobody listens any more. */
export type ProbeOutcome = 'ready' | 'unwell' | 'draining' | 'refused'

/** The last word on one app server that has a socket. */
export interface Observation {
  /** 01 to 16. */
  slot: string
  /** Identity of the socket file that was asked; a restarted app server has another. */
  socketId: string
  outcome: ProbeOutcome
  /** How many probes of this socket ended with this outcome in a row. */
  streak: number
}

export type LeaveReason = 'draining' | 'refused' | 'unwell' | 'gone' | 'replaced'
export type Action =
  | { kind: 'join'; slot: string }
  | { kind: 'leave'; slot: string; reason: LeaveReason }
  | { kind: 'sweep'; slot: string; socketId: string }

const UNWELL_PROBES_TO_LEAVE = 2
/** Five seconds at two probes per second: longer than the moment in which a restarting app server has no listener. */
const REFUSED_PROBES_TO_SWEEP = 10

/** `previous` continued by one more probe. */
export function observe(previous: Observation | undefined, next: Omit<Observation, 'streak'>): Observation {
  const continues = previous?.socketId === next.socketId && previous.outcome === next.outcome
  return { ...next, streak: continues ? previous.streak + 1 : 1 }
}

/** What has to change so that the load balancer sees the app servers that can work. `rotation` maps slots to the sockets linked there.
 *  Being slow is no reason to leave when all, or all but a minority, are slow: that is overload, and one server fewer makes it worse. */
export function decide(fleet: readonly Observation[], rotation: ReadonlyMap<string, string>): Action[] {
  const alive = fleet.filter(({ outcome }) => outcome === 'ready' || outcome === 'unwell')
  const wellCount = alive.filter(({ outcome }) => outcome === 'ready').length
  const mayEject = wellCount * 2 >= alive.length
  const known = new Set(fleet.map(({ slot }) => slot))
  const gone = [...rotation.keys()].filter((slot) => !known.has(slot))
  return [
    ...gone.map((slot): Action => ({ kind: 'leave', slot, reason: 'gone' })),
    ...fleet.flatMap((observation) => actionsFor(observation, rotation.get(observation.slot), mayEject)),
  ]
}

function actionsFor(observation: Observation, linked: string | undefined, mayEject: boolean): Action[] {
  const { slot, socketId, outcome, streak } = observation
  const leave = (reason: LeaveReason): Action[] => (linked === undefined ? [] : [{ kind: 'leave', slot, reason }])
  if (outcome === 'ready') return linked === socketId ? [] : [{ kind: 'join', slot }]
  if (outcome === 'draining') return leave('draining')
  if (outcome === 'refused') {
    return streak < REFUSED_PROBES_TO_SWEEP
      ? leave('refused')
      : [...leave('refused'), { kind: 'sweep', slot, socketId }]
  }
  if (linked !== socketId) return leave('replaced')
  return mayEject && streak >= UNWELL_PROBES_TO_LEAVE ? leave('unwell') : []
}
