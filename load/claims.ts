/** A number that we promise: what the measured value must not exceed (`lower`) or fall below (`higher`). */
export interface Claim {
  title: string
  better: 'lower' | 'higher'
  limit: number
  unit: string
  /** What stands for a thing that one machine does not have. */
  substitute?: string
}

/** Every promise by its number, in the order in which reports list them. Percentages are 0 to 100. */
export const CLAIMS = {
  P1: { title: 'concurrent people', better: 'higher', limit: 2_000, unit: 'people' },
  P2: { title: 'response time P95 at P1', better: 'lower', limit: 300, unit: 'ms' },
  P3: { title: 'dynamic throughput at P1', better: 'higher', limit: 1_500, unit: 'req/s' },
  P4: { title: 'errors at P1', better: 'lower', limit: 0.1, unit: '%' },
  P5: {
    title: 'edge hits P95 from five places',
    better: 'lower',
    limit: 100,
    unit: 'ms',
    substitute: 'relays that delay by the published round trips between regions',
  },
  P6: { title: 'failed requests over a bad month', better: 'lower', limit: 0.01, unit: '%' },
  P7: { title: 'Stage 3 carries as many people as Stage 2, times', better: 'higher', limit: 10, unit: '×' },
  P8: { title: 'back to P95 ≤ 300 ms after a 3× spike', better: 'lower', limit: 10, unit: 's' },
  L1: { title: 'busiest against idlest app server', better: 'lower', limit: 1.2, unit: '×' },
  L2: { title: 'P95 of least_conn against round robin', better: 'lower', limit: 1, unit: '×' },
  L3: { title: 'failed idempotent requests when an app server is killed', better: 'lower', limit: 0, unit: 'requests' },
  L4: { title: 'P95 of app servers apart by at most', better: 'lower', limit: 25, unit: '%' },
  S1: { title: 'scale-out against linear', better: 'higher', limit: 85, unit: '%' },
  S2: { title: 'failed requests while scaling in, 5 → 1', better: 'lower', limit: 0, unit: 'requests' },
  C1: { title: 'hit rate: static assets', better: 'higher', limit: 95, unit: '%' },
  C2: { title: 'hit rate: profiles', better: 'higher', limit: 85, unit: '%' },
  C3: { title: 'hit rate: feed pages without a PostgreSQL query', better: 'higher', limit: 75, unit: '%' },
  C4: { title: 'hit rate: API answers', better: 'higher', limit: 60, unit: '%' },
  C5: { title: 'origin requests that the edge saves', better: 'higher', limit: 85, unit: '%' },
  C6: { title: 'bytes that compression saves', better: 'higher', limit: 70, unit: '%' },
  D1: { title: 'queries that replicas answer', better: 'higher', limit: 80, unit: '%' },
  D2: {
    title: 'read capacity of three nodes against one',
    better: 'higher',
    limit: 4,
    unit: '×',
    substitute: 'nodes of equal CPU share on one machine; the brief’s ×4 is for the hardware of three',
  },
  D3: { title: 'connections per database node', better: 'lower', limit: 200, unit: 'connections' },
  D4: { title: 'slowest P95 of the hot queries at 1 M photos', better: 'lower', limit: 5, unit: 'ms' },
} as const satisfies Record<string, Claim>

export type ClaimId = keyof typeof CLAIMS
