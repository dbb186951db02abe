import { CompiledQuery, type Kysely } from 'kysely'
import pg from 'pg'
import type { Tables } from '../../db/tables.ts'
import type { Log } from './log.ts'
import { isTimeout } from './postgres-errors.ts'

export interface NodeState {
  role: 'primary' | 'replica' | 'unknown'
  /** Everything up to here can be read there: a lower bound, as of the last answer; null while unknown. */
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
  /** From which on what was just committed on this connection can be read. */
  currentPosition(connection: Kysely<Tables>): Promise<string>
}

const POLL_MS = 500
const PROBE_TIMEOUT_MS = 900
/** A silent node keeps its role for this long: on a busy machine silence is mostly slowness, and PostgreSQL itself refuses what its role forbids. */
const SILENCE_MAX_MS = 3_000

// @NOTE not the insert position: no replica gets there before the primary writes its log the next time. A commit is answered after its flush.
// In small letters, as to_hex has it: names of log files have capitals, and positions are compared as texts.
const FLUSHED = `lower(substr(pg_walfile_name(pg_current_wal_flush_lsn()), 1, 8)) || ':' || lpad(to_hex((pg_current_wal_flush_lsn() - '0/0')::bigint), 16, '0')`

/** The parameter, which says nothing, has connections keep it as prepared (prepared-statements.ts): every write asks. */
const POSITION = CompiledQuery.raw(`select ${FLUSHED} as position where $1::boolean`, [true])

const STATE_SQL = `select pg_is_in_recovery() as recovering,
  case when not pg_is_in_recovery() then ${FLUSHED}
       else (select lpad(to_hex(received_tli), 8, '0') from pg_stat_wal_receiver) || ':' ||
            lpad(to_hex((pg_last_wal_replay_lsn() - '0/0')::bigint), 16, '0') end as position,
  case when not pg_is_in_recovery() or pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0
       else coalesce(extract(epoch from now() - pg_last_xact_replay_timestamp()), 0)::float8 end as lag_seconds`

/** Transactions that may still change something. A statement of its own, so that it is looked up after the position. */
const RUNNING_SQL = `select transactionid::text as id from pg_locks
  where not pg_is_in_recovery() and locktype = 'transactionid' and mode = 'ExclusiveLock' and granted`

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
  const settled = createSettledPosition()

  async function ask(): Promise<NodeState> {
    try {
      client ??= await connect()
      const [row, running] = await look(client, state.role === 'replica')
      heardAtMs = Date.now()
      apply({
        role: row.recovering ? 'replica' : 'primary',
        position: row.recovering ? row.position : settled.upTo(row.position, running),
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
      const { rows } = await connection.executeQuery<{ position: string }>(POSITION)
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

/** State, and on a primary what is running. */
async function look(client: pg.Client, isReplica: boolean): Promise<[StateRow, string[]]> {
  if (isReplica) {
    const { rows } = await client.query<StateRow>({ name: 'state', text: STATE_SQL })
    if (rows[0]?.recovering) return [rows[0], []]
  }
  // Two statements in one message: pg answers with a result for each.
  const answers: unknown = await client.query(`${STATE_SQL}; ${RUNNING_SQL}`)
  const [state, running] = answers as [pg.QueryResult<StateRow>, pg.QueryResult<{ id: string }>]
  if (!state.rows[0]) throw new Error('the node told no state')
  return [state.rows[0], running.rows.map(({ id }) => id)]
}

/**
 * Up to where a primary shows everything. A commit is in the log before it can be seen (it waits for a replica meanwhile), so
 * a position counts only once all transactions that were running when it was told have ended.
 */
export function createSettledPosition() {
  let settled: string | null = null
  let waiting: { position: string; running: readonly string[] } | null = null
  return {
    /** `running` was looked up after `position`. Null until one is settled on its timeline. */
    upTo(position: string | null, running: readonly string[]): string | null {
      if (position === null || settled?.slice(0, 8) !== position.slice(0, 8)) settled = null
      if (position?.slice(0, 8) !== waiting?.position.slice(0, 8)) waiting = null
      if (position === null) return null
      if (waiting && !waiting.running.some((id) => running.includes(id))) {
        settled = waiting.position
        waiting = null
      }
      if (running.length === 0) settled = position
      else waiting ??= { position, running }
      return settled
    },
  }
}
