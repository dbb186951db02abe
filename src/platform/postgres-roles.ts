import { sql, type Kysely } from 'kysely'
import pg from 'pg'
import type { Tables } from '../../db/tables.ts'
import type { Log } from './log.ts'
import { isTimeout } from './postgres-errors.ts'

export interface NodeState {
  role: 'primary' | 'replica' | 'unknown'
  /** What the node has written (primary) or replayed (replica); null while unknown. */
  position: string | null
  lagSeconds: number
  /** It did not answer the last question in time: busy or frozen. Others are asked first. */
  isSilent: boolean
}

export interface RoleWatch extends AsyncDisposable {
  readonly state: NodeState
  /** Asks the node now. Resolves to its state also when it cannot be reached. Cost: one round trip. */
  probe(): Promise<NodeState>
  /** After a failed query: drops the role at once and asks again; where only time ran out, just asks. */
  suspect(error: unknown): void
  /** The primary's insert position, on the connection that wrote. */
  currentPosition(connection: Kysely<Tables>): Promise<string>
}

const POLL_MS = 500
const PROBE_TIMEOUT_MS = 900
/** A silent node keeps its role for this long: on a busy machine silence is mostly slowness, and PostgreSQL itself refuses what its role forbids. */
const SILENCE_MAX_MS = 3_000

const POSITION_OF_PRIMARY = `substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) || ':' || lpad(to_hex((pg_current_wal_insert_lsn() - '0/0')::bigint), 16, '0')`

const STATE_SQL = `select pg_is_in_recovery() as recovering,
  case when not pg_is_in_recovery() then ${POSITION_OF_PRIMARY}
       else (select lpad(to_hex(received_tli), 8, '0') from pg_stat_wal_receiver) || ':' ||
            lpad(to_hex((pg_last_wal_replay_lsn() - '0/0')::bigint), 16, '0') end as position,
  case when not pg_is_in_recovery() or pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0
       else coalesce(extract(epoch from now() - pg_last_xact_replay_timestamp()), 0)::float8 end as lag_seconds`

const UNKNOWN: NodeState = Object.freeze({ role: 'unknown', position: null, lagSeconds: 0, isSilent: true })

interface StateRow {
  recovering: boolean
  position: string | null
  lag_seconds: number
}

/** Keeps one connection of its own, so that a full pool never hides a role. */
export function watchRole(options: { name: string; connection: pg.ClientConfig; log: Log }): RoleWatch {
  const state: NodeState = { ...UNKNOWN }
  let client: pg.Client | null = null
  let inFlight: Promise<NodeState> | null = null
  let isClosed = false
  let heardAtMs = 0

  async function ask(): Promise<NodeState> {
    try {
      client ??= await connect()
      const { rows } = await client.query<StateRow>(STATE_SQL)
      const row = rows[0]
      heardAtMs = Date.now()
      if (row)
        apply({
          role: row.recovering ? 'replica' : 'primary',
          position: row.position,
          lagSeconds: row.lag_seconds,
          isSilent: false,
        })
    } catch (error) {
      client?.end().catch(() => undefined)
      client = null
      const isSlowOnly = isTimeout(error) && Date.now() - heardAtMs < SILENCE_MAX_MS
      apply(isSlowOnly ? { ...state, isSilent: true } : UNKNOWN, error)
    }
    return state
  }

  async function connect(): Promise<pg.Client> {
    const fresh = new pg.Client({
      ...options.connection,
      query_timeout: PROBE_TIMEOUT_MS,
      connectionTimeoutMillis: PROBE_TIMEOUT_MS,
    })
    fresh.on('error', () => {
      client = null
      apply(UNKNOWN)
    })
    await fresh.connect()
    return fresh
  }

  function apply(next: NodeState, cause?: unknown): void {
    if (next.role !== state.role && !isClosed) {
      options.log.info({
        event: 'postgres.role',
        node: options.name,
        from: state.role,
        to: next.role,
        cause: cause instanceof Error ? cause.message : undefined,
      })
    }
    Object.assign(state, next)
  }

  function probe(): Promise<NodeState> {
    inFlight ??= ask().finally(() => {
      inFlight = null
    })
    return inFlight
  }

  void probe()
  const timer = setInterval(() => void probe(), POLL_MS)
  return {
    state,
    probe,
    suspect(error) {
      if (!isTimeout(error)) apply(UNKNOWN, error)
      void probe()
    },
    async currentPosition(connection) {
      const { rows } = await sql
        .raw<{ position: string }>(`select ${POSITION_OF_PRIMARY} as position`)
        .execute(connection)
      if (!rows[0]) throw new Error('the primary told no position')
      return rows[0].position
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      clearInterval(timer)
      await inFlight?.catch(() => undefined)
      await client?.end().catch(() => undefined)
    },
  }
}
