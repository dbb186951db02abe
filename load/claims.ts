/** A number that we promise: what the measured value must not exceed (`lower`) or fall below (`higher`). */
export interface Claim {
  title: string
  better: 'lower' | 'higher'
  limit: number
  unit: string
  /** Aimed at and not promised: to miss it fails no run (docs/decisions/0014). */
  isGoal?: true
  /** What stands for a thing that one machine does not have. */
  substitute?: string
  /** Why nothing measures it in this version. */
  notYet?: string
}

const DRILLS = 'the drills come with a later version'

/** Every promise by its number, in the order in which reports list them. Percentages are 0 to 100.
 *  A promise of several numbers has further rows with a letter behind: it holds when each of them does. */
export const CLAIMS = {
  P1: { title: 'concurrent people', better: 'higher', limit: 2_000, unit: 'people' },
  P2: { title: 'response time P95 at P1', better: 'lower', limit: 300, unit: 'ms' },
  P2b: {
    title: 'response time P95 with 4,000 people and 2,000 actions a second',
    better: 'lower',
    limit: 200,
    unit: 'ms',
    isGoal: true,
  },
  P3: { title: 'dynamic throughput at P1', better: 'higher', limit: 1_500, unit: 'req/s' },
  P3b: {
    title: 'dynamic throughput of browse against a constant answer',
    better: 'higher',
    limit: 0.5,
    unit: '×',
    isGoal: true,
  },
  P4: { title: 'errors at P1', better: 'lower', limit: 0.1, unit: '%' },
  P5: {
    title: 'edge hits P95 from five places',
    better: 'lower',
    limit: 100,
    unit: 'ms',
    substitute: 'relays that delay by the published round trips between regions',
  },
  P5b: {
    title: 'page load from five places with the edge, times as fast',
    better: 'higher',
    limit: 3,
    unit: '×',
    substitute: 'the same relays; a real browser with an empty cache',
  },
  P6: {
    title: 'failed requests over a bad month',
    better: 'lower',
    limit: 0.01,
    unit: '%',
    notYet: `it is made of all drills; ${DRILLS}`,
  },
  P7: { title: 'people: Stage 3 carries as many as Stage 2, times', better: 'higher', limit: 10, unit: '×' },
  P7b: { title: 'P95: Stage 2 takes as long as Stage 3, times', better: 'higher', limit: 5, unit: '×' },
  P7c: { title: 'throughput: Stage 3 answers as many as Stage 2, times', better: 'higher', limit: 10, unit: '×' },
  P7d: { title: 'errors: Stage 2 makes as many as Stage 3, times', better: 'higher', limit: 10, unit: '×' },
  P8: { title: 'back to P95 ≤ 300 ms after a 3× spike', better: 'lower', limit: 10, unit: 's' },
  P8b: { title: 'breaking point: carried within P2 and P4', better: 'higher', limit: 2_000, unit: 'actions/s' },
  P8c: { title: 'throughput left beyond it, of the best', better: 'higher', limit: 80, unit: '%' },
  L1: { title: 'busiest against idlest app server', better: 'lower', limit: 1.2, unit: '×' },
  L2: { title: 'P95 of least_conn against round robin', better: 'lower', limit: 1, unit: '×' },
  L3: { title: 'failed idempotent requests when an app server is killed', better: 'lower', limit: 0, unit: 'requests' },
  L3b: { title: 'a killed or frozen app server leaves the rotation within', better: 'lower', limit: 3, unit: 's' },
  L3c: { title: 'a restarted or resumed app server is back within', better: 'lower', limit: 10, unit: 's' },
  L3d: { title: 'failed idempotent requests when an app server freezes', better: 'lower', limit: 0, unit: 'requests' },
  L3e: {
    title: 'failed requests when an app server is drained and returns',
    better: 'lower',
    limit: 0,
    unit: 'requests',
  },
  L4: { title: 'P95 of app servers apart by at most', better: 'lower', limit: 25, unit: '%' },
  S1: { title: 'scale-out against linear', better: 'higher', limit: 85, unit: '%' },
  S2: { title: 'failed requests while scaling in, 5 → 1', better: 'lower', limit: 0, unit: 'requests' },
  S3: {
    title: 'times the autoscaler flaps',
    better: 'lower',
    limit: 0,
    unit: 'times',
    notYet: 'the autoscaler comes with a later version',
  },
  C1: { title: 'hit rate: static assets', better: 'higher', limit: 95, unit: '%' },
  C2: { title: 'hit rate: profiles', better: 'higher', limit: 85, unit: '%' },
  C3: { title: 'hit rate: feed pages without a PostgreSQL query', better: 'higher', limit: 75, unit: '%' },
  C4: { title: 'hit rate: API answers', better: 'higher', limit: 60, unit: '%' },
  C5: { title: 'origin requests for cacheable content that the edge saves', better: 'higher', limit: 85, unit: '%' },
  C5b: { title: 'origin bytes that the edge saves', better: 'higher', limit: 60, unit: '%' },
  C6: { title: 'bytes that compression saves', better: 'higher', limit: 70, unit: '%' },
  D1: { title: 'reads that replicas answer', better: 'higher', limit: 80, unit: '%' },
  D2: {
    title: 'read capacity of three nodes against one',
    better: 'higher',
    limit: 4,
    unit: '×',
    substitute: 'nodes of equal CPU share on one machine; the brief’s ×4 is for the hardware of three',
  },
  D3: { title: 'connections per database node', better: 'lower', limit: 200, unit: 'connections' },
  D4: { title: 'slowest P95 of the hot queries at 1 M photos', better: 'lower', limit: 5, unit: 'ms' },
  R1: drill('writes lost or applied twice when the primary dies, freezes or is cut off', 'writes'),
  R2: drill('failed requests and stale own reads when a replica dies, freezes or lags', 'requests'),
  R3: drill('people signed out and jobs lost when redis-main dies', 'people'),
  R4: drill('failed requests when redis-cache dies', 'requests'),
  R5: drill('jobs without exactly one effect when the worker dies', 'jobs'),
  R6: drill('failed reads when a PoP or the origin dies', 'requests'),
  R7: drill('failed requests during a reload, a change, a deploy', 'requests'),
  R8: drill('writes lost when a disk is full, the clock jumps, etcd is gone', 'writes'),
  R9: {
    title: 'data at risk in a restore of the whole cluster',
    better: 'lower',
    limit: 1,
    unit: 'min',
    notYet: 'backups come with a later version',
  },
  M1: {
    title: 'panels whose query returns nothing under load',
    better: 'lower',
    limit: 0,
    unit: 'panels',
    notYet: 'dashboards come with a later version',
  },
  M2: {
    title: 'drills whose alert does not fire',
    better: 'lower',
    limit: 0,
    unit: 'drills',
    notYet: 'alerts come with a later version',
  },
} as const satisfies Record<string, Claim>

export type ClaimId = keyof typeof CLAIMS

function drill(title: string, unit: string) {
  return { title, better: 'lower', limit: 0, unit, notYet: DRILLS } as const
}
