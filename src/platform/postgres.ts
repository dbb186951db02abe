import { Kysely, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'
import type { Tables } from '../../db/tables.ts'
import type { PostgresNode } from './config.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { AppError } from './errors.ts'
import { hasGivenWay, isLostConnection, isTimeout } from './postgres-errors.ts'
import { watchRole, type NodeState, type RoleWatch } from './postgres-roles.ts'
import { createPreparing } from './prepared-statements.ts'

export type Reader = Kysely<Tables>
export type Writer = Transaction<Tables>

/** `timeline:lsn`, both fixed-width hexadecimal, so that later positions compare greater as strings. */
export type WritePosition = string

/**
 * Where a read may go: any fresh node, one that has replayed a position, or only the primary.
 * `isStrict`: cached values must be that new too, since the cache was not told of the write. `token`: a name of the
 * account's writes up to now, by which a process knows that it has heard of them (cache-heard-writes.ts).
 */
export type ReadScope = 'any' | 'primary' | { since: WritePosition; isStrict?: boolean; token?: string }

export interface Node {
  name: string
  pool: pg.Pool
  kysely: Kysely<Tables>
  state: NodeState
  watch: RoleWatch
}

export interface Postgres extends AsyncDisposable {
  readonly nodes: readonly Node[]
  /** Runs `query` where `scope` allows, and once more elsewhere when the connection is lost. `query` must not write. */
  read<T>(scope: ReadScope, query: (db: Reader) => Promise<T>): Promise<T>
  /** The same, and what the node is known to have replayed before it was asked; null where it is not known. */
  readAt<T>(scope: ReadScope, query: (db: Reader) => Promise<T>): Promise<{ result: T; position: WritePosition | null }>
  /** One transaction on the primary (run again when it was a deadlock's victim), and the position from which on it can be read. @throws AppError service.no_primary */
  write<T>(effect: (trx: Writer) => Promise<T>): Promise<{ result: T; position: WritePosition }>
  /** The same for one statement, which is a transaction by itself: it spares the round trips of the brackets. */
  writeStatement<T>(effect: (db: Reader) => Promise<T>): Promise<{ result: T; position: WritePosition }>
  /** @throws AppError service.no_primary unless exactly one node is writable. */
  primary(): Node
  isWritable(): boolean
  /** Resolves once exactly one primary is known. @throws Error after the deadline. */
  untilWritable(deadlineMs: number): Promise<void>
  /** Resolves once any node can be read. @throws Error after the deadline. */
  untilReadable(deadlineMs: number): Promise<void>
}

export interface PostgresOptions {
  nodes: readonly PostgresNode[]
  database: string
  password: string
  poolMax: number
  lagMaxSeconds: number
  instance: string
  log: Log
  metrics: Metrics
}

/** Longer than any query of ours may take; a frozen server is noticed only by this. */
const QUERY_TIMEOUT_MS = 5_000
/** For a connection, or for a free place in the pool: what waits longer is better refused. */
const CONNECT_TIMEOUT_MS = 3_000
/** Of its connections to the primary, what may be in use when a read goes there that would wait for a replica: writes come first. */
const SPARE_SHARE = 1 / 4
/** The victim of a deadlock runs again; nobody loses that often. */
const WRITE_ATTEMPTS = 5

// Postgres sends bigint as text; our counts and positions fit a double.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/** One pool and one role watch per node: a node is what it says it is now, never what a host list says. */
export function openPostgres(options: PostgresOptions): Postgres {
  const { log, metrics } = options
  const nodes = options.nodes.map((target): Node => {
    const connection = {
      host: target.host,
      port: target.port,
      user: 'minigram_user',
      password: options.password,
      database: options.database,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      application_name: options.instance,
      keepAlive: true,
    }
    const pool = new pg.Pool({ ...connection, max: options.poolMax, idleTimeoutMillis: 60_000 })
    const watch = watchRole({ name: target.name, connection, log })
    const suspect = (error: unknown) => {
      if (isLostConnection(error)) watch.suspect(error)
    }
    pool.on('error', suspect)
    const prepareOn = createPreparing()
    pool.on('connect', (client) => {
      client.on('error', suspect)
      prepareOn(client)
    })
    const kysely = new Kysely<Tables>({
      dialect: new PostgresDialect({ pool }),
      log: (event) => {
        const labels = { node: target.name, role: watch.state.role }
        metrics.dbQueries.inc(labels)
        metrics.dbQuerySeconds.inc(labels, event.queryDurationMillis / 1_000)
        if (event.level === 'error') suspect(event.error)
      },
    })
    metrics.dbConnections(() => ({
      node: target.name,
      role: watch.state.role,
      active: pool.totalCount - pool.idleCount,
      waiting: pool.waitingCount,
    }))
    metrics.replicaLag(() => ({
      node: target.name,
      seconds: watch.state.role === 'replica' ? watch.state.lagSeconds : 0,
    }))
    return { name: target.name, pool, kysely, state: watch.state, watch }
  })

  const writable = () => nodes.filter((node) => node.state.role === 'primary')
  let turn = 0
  /** Equals take turns. */
  function leastBusy(candidates: readonly Node[]): Node | null {
    turn += 1
    let best: Node | null = null
    for (let index = 0; index < candidates.length; index += 1) {
      const node = candidates[(turn + index) % candidates.length]
      if (node && (best === null || inUse(node) < inUse(best))) best = node
    }
    return best
  }

  /** Where to read instead of waiting for one of these replicas, all of whose connections are in use. */
  function withSpares(replica: Node | null, exclude: Node | null): Node | null {
    if (replica === null || inUse(replica) < options.poolMax) return replica
    const [only, second] = writable()
    const isSpare = only && !second && only !== exclude && !only.state.isSilent && inUse(only) < sparesMax
    return isSpare ? only : replica
  }
  const sparesMax = options.poolMax * SPARE_SHARE

  function pickReplica(exclude: Node | null, mayBeSilent = false): Node | null {
    const fresh = nodes.filter(
      (node) =>
        node !== exclude &&
        isFresh(node.state, options.lagMaxSeconds) &&
        // One that hears of no primary although there is one is behind by nobody knows how much.
        (node.state.position !== null || writable().length === 0) &&
        (mayBeSilent || !node.state.isSilent),
    )
    return leastBusy(fresh)
  }

  function primary(): Node {
    const [only, second] = writable()
    if (!only || second) {
      throw new AppError('service.no_primary', 'Reading goes on; please try to save again in a moment.', {
        retryAfterSeconds: 2,
      })
    }
    return only
  }

  /** @throws AppError service.unavailable when no node can be read at all. */
  async function pick(scope: ReadScope, exclude: Node | null): Promise<Node> {
    if (scope === 'primary') return primary()
    if (scope === 'any') {
      const others = writable().filter((candidate) => candidate !== exclude)
      const node =
        withSpares(pickReplica(exclude), exclude) ??
        others.find(({ state }) => !state.isSilent) ??
        pickReplica(exclude, true) ??
        others[0] ??
        reachable(exclude)
      if (node) return node
      throw new AppError('service.unavailable', 'No database can be read at the moment.', { retryAfterSeconds: 2 })
    }
    const caughtUp = nodes.filter(
      (node) =>
        node !== exclude &&
        isFresh(node.state, options.lagMaxSeconds) &&
        !node.state.isSilent &&
        hasReplayed(node.state, scope.since),
    )
    const known = withSpares(leastBusy(caughtUp), exclude)
    if (known) return known
    const candidate = pickReplica(exclude)
    if (candidate && hasReplayed(await candidate.watch.probe(), scope.since)) return candidate
    return primary()
  }
  const reachable = (exclude: Node | null) =>
    nodes.find((node) => node !== exclude && node.state.role === 'replica') ?? null

  async function readOn<T>(scope: ReadScope, ask: (node: Node) => Promise<T>): Promise<T> {
    const first = await pick(scope, null)
    try {
      return await ask(first)
    } catch (error) {
      const isFrozen = isTimeout(error) && first.state.isSilent
      if (!isLostConnection(error) && !isFrozen) throw error
      return ask(await pick(scope, scope === 'primary' ? null : first))
    }
  }

  function readAt<T>(scope: ReadScope, query: (db: Reader) => Promise<T>) {
    return readOn(scope, async (node) => {
      // A replica was picked for being that far; the primary has to be asked, or nobody may keep what it answers.
      if (typeof scope !== 'string' && !hasReplayed(node.state, scope.since)) await node.watch.probe()
      const { position } = node.state
      return { result: await query(node.kysely), position }
    })
  }

  async function write<T>(run: (connection: Reader) => Promise<T>): Promise<{ result: T; position: WritePosition }> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await writeOnce(run)
      } catch (error) {
        if (!hasGivenWay(error) || attempt === WRITE_ATTEMPTS) throw error
      }
    }
  }

  async function writeOnce<T>(
    run: (connection: Reader) => Promise<T>,
  ): Promise<{ result: T; position: WritePosition }> {
    const node = primary()
    try {
      return await node.kysely.connection().execute(async (connection) => {
        const result = await run(connection)
        // @NOTE after COMMIT: an LSN taken inside the transaction would precede its commit record.
        return { result, position: await node.watch.currentPosition(connection) }
      })
    } catch (error) {
      if (isLostConnection(error)) {
        throw new AppError('service.no_primary', 'The database is changing over; please try again in a moment.', {
          retryAfterSeconds: 2,
          cause: error,
        })
      }
      throw error
    }
  }

  return {
    nodes,
    read: (scope, query) => readOn(scope, (node) => query(node.kysely)),
    readAt,
    write: (effect) => write((connection) => connection.transaction().execute(effect)),
    writeStatement: write,
    primary,
    isWritable: () => writable().length === 1,
    untilWritable: (deadlineMs) => until(() => writable().length === 1, deadlineMs, 'writable'),
    untilReadable: (deadlineMs) =>
      until(() => nodes.some(({ state }) => state.role !== 'unknown'), deadlineMs, 'readable'),
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(nodes.map((node) => node.watch[Symbol.asyncDispose]()))
      // Kysely ends only a pool that it has used.
      await Promise.allSettled(
        nodes.map((node) => node.kysely.destroy().then(() => (node.pool.ended ? undefined : node.pool.end()))),
      )
    },
  }
}

/** Queries of this process that run there or wait for a connection. */
function inUse({ pool }: Node): number {
  return pool.totalCount - pool.idleCount + pool.waitingCount
}

function isFresh(state: NodeState, lagMaxSeconds: number): boolean {
  return state.role === 'replica' && state.lagSeconds <= lagMaxSeconds
}

/** Positions of another timeline say nothing about this node. */
function hasReplayed(state: NodeState, since: WritePosition): boolean {
  return state.position !== null && state.position.slice(0, 8) === since.slice(0, 8) && state.position >= since
}

async function until(condition: () => boolean, deadlineMs: number, what: string): Promise<void> {
  const end = Date.now() + deadlineMs
  while (!condition()) {
    if (Date.now() > end) throw new Error(`no ${what} PostgreSQL node within ${deadlineMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
