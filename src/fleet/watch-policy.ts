/** What one round learned of an app server. `overloaded`: works, and refuses some requests. `silent`: no answer since it was asked.
 *  `unwell`: an answer that means none of the others. `refused`: nobody listens any more, or who did is gone. */
export type ProbeOutcome = 'ready' | 'overloaded' | 'silent' | 'unwell' | 'draining' | 'refused'

/** The last word on one app server that has a socket. */
export interface Observation {
  /** 01 to 16. */
  slot: string
  /** Identity of the socket file that was asked; a restarted app server has another. */
  socketId: string
  outcome: ProbeOutcome
  /** How often in a row this was the outcome. */
  streak: number
  /** How many outcomes ago it was last under strain, at most `STRAIN_FADES`. */
  strainAge: number
}

export type LeaveReason = 'draining' | 'refused' | 'silent' | 'unwell' | 'gone' | 'replaced'
export type Action =
  | { kind: 'join'; slot: string }
  | { kind: 'leave'; slot: string; reason: LeaveReason }
  | { kind: 'sweep'; slot: string; socketId: string }

/** Rounds, of which there are two a second. Counted so and not by the clock: a watcher that gets no CPU itself blames nobody. */
const PATIENCE = 4
/** As long as the load balancer itself waits for an answer. */
const PATIENCE_UNDER_STRAIN = 20
/** One late answer is a long turn of the loop; two are strain. */
const STRAINED_STREAK = 2
const STRAIN_FADES = 10
/** Five seconds: longer than the moment in which a restarting app server has no listener. */
const REFUSED_TO_SWEEP = 10

/** `previous` continued by one more outcome. */
export function observe(
  previous: Observation | undefined,
  next: Pick<Observation, 'slot' | 'socketId' | 'outcome'>,
): Observation {
  const same = previous?.socketId === next.socketId ? previous : undefined
  const streak = same?.outcome === next.outcome ? same.streak + 1 : 1
  const isStrained = next.outcome === 'overloaded' || (next.outcome === 'silent' && streak >= STRAINED_STREAK)
  const strainAge = isStrained ? 0 : Math.min(STRAIN_FADES, (same?.strainAge ?? STRAIN_FADES) + 1)
  return { ...next, streak, strainAge }
}

/** What has to change so that the load balancer sees the app servers that can work. `rotation` maps slots to the sockets linked there.
 *  Who is gone or says so leaves at once. Who is only silent leaves soon while all others are at ease, late while any is under strain,
 *  and never when nobody who answers would be left: under overload, one server fewer makes it worse. */
export function decide(fleet: readonly Observation[], rotation: ReadonlyMap<string, string>): Action[] {
  const known = new Set(fleet.map(({ slot }) => slot))
  const gone = [...rotation.keys()].filter((slot) => !known.has(slot))
  return [
    ...gone.map((slot): Action => ({ kind: 'leave', slot, reason: 'gone' })),
    ...fleet.flatMap((observation) => actionsFor(observation, fleet, rotation)),
  ]
}

function actionsFor(
  observation: Observation,
  fleet: readonly Observation[],
  rotation: ReadonlyMap<string, string>,
): Action[] {
  const { slot, socketId, outcome, streak } = observation
  const linked = rotation.get(slot)
  const leave = (reason: LeaveReason): Action[] => (linked === undefined ? [] : [{ kind: 'leave', slot, reason }])
  if (isAnswering(observation)) return linked === socketId ? [] : [{ kind: 'join', slot }]
  if (outcome === 'draining') return leave('draining')
  if (outcome === 'refused') {
    return streak < REFUSED_TO_SWEEP ? leave('refused') : [...leave('refused'), { kind: 'sweep', slot, socketId }]
  }
  if (linked !== socketId) return leave('replaced')
  const others = fleet.filter(
    (other) => other.slot !== slot && other.outcome !== 'draining' && other.outcome !== 'refused',
  )
  const remain = others.filter((other) => isAnswering(other) && rotation.get(other.slot) === other.socketId)
  const patience = others.some(({ strainAge }) => strainAge < STRAIN_FADES) ? PATIENCE_UNDER_STRAIN : PATIENCE
  return remain.length > 0 && streak >= patience ? leave(outcome === 'unwell' ? 'unwell' : 'silent') : []
}

function isAnswering({ outcome }: Observation): boolean {
  return outcome === 'ready' || outcome === 'overloaded'
}
