import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { availableParallelism } from 'node:os'
import { isCloudflarePlan, type CloudflarePlan } from './cloudflare.ts'
import { PORTS, portOf, type PortName } from './ports.ts'

export interface HostPort {
  host: string
  port: number
}
/** `host` may be the directory of a UNIX socket, as for all clients of PostgreSQL. */
export interface PostgresNode extends HostPort {
  name: string
}
/** `path` of a UNIX socket. */
export type RedisAddress = HostPort | { path: string }

export interface Config {
  /** Name in metrics, logs and `/api/instance`, e.g. app2. */
  instance: string
  release: string
  stateDirectory: string
  mediaDirectory: string
  spoolDirectory: string
  portOffset: number
  /** Null: a TCP port is used instead (development and tests). */
  listenSocket: string | null
  listenPort: number
  metricsPort: number
  postgresNodes: readonly PostgresNode[]
  postgresDatabase: string
  postgresPoolMax: number
  /** A replica further behind than this leaves the rotation. */
  replicaLagMaxSeconds: number
  redisMain: RedisAddress
  redisCache: RedisAddress
  edgePort: number
  /** Where browsers are sent for photos under HTTPS. */
  edgeTlsPort: number
  /** A CDN with a name of its own in front of the edge, for photos; null: the edge beside this address. */
  edgeOrigin: string | null
  /** Purge listeners of the PoPs; null where `edgePurgeTargetsFile` says which there are. */
  edgePurgeTargets: readonly string[] | null
  edgePurgeTargetsFile: string
  cdn: CdnConfig | null
  /** NGINX's purge listener; null where there is no NGINX. */
  lbPurgeTarget: string | null
  /** Requests that wait longer than this for an app server's loop, lastingly, are overload; 0: nothing is ever refused. */
  shedDelayMs: number
  /** How long a draining app server waits for requests in flight. */
  drainSeconds: number
  logLevel: string
  workerConcurrency: number
  /** 0 to 19: how far rendering stands back behind the rest of the machine. */
  workerNiceness: number
  /** Photos of accounts with more followers are merged when a feed is read instead of pushed to each of them. */
  feedPushMaxFollowers: number
  limits: AccountLimits & CallLimits
}

/** The commercial CDN in front of the edge; its token is the secret `cdn-token`. */
export interface CdnConfig {
  vendor: 'cloudflare'
  zone: string
  plan: CloudflarePlan
}

/** Guesses of a password in 15 minutes, and new accounts in an hour. */
export interface AccountLimits {
  guessesPerClientAndUsername: number
  guessesPerClient: number
  guessesPerUsername: number
  signUpsPerClient: number
}

/** Calls of one account, or of one client address that is not signed in. */
export interface CallLimits {
  readsPerMinute: number
  writesPerMinute: number
  /** All of them may come at once: a holiday's pictures. */
  uploadsPerHour: number
}

/** Prints as `[redacted]` wherever it is logged or inspected. */
export class Secrets {
  readonly #values: ReadonlyMap<string, string>
  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values
  }
  get(name: string): string {
    const value = this.#values.get(name)
    if (value === undefined) throw new Error(`secret ${name} is not set`)
    return value
  }
  toJSON(): string {
    return '[redacted]'
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[redacted]'
  }
}

/** Read where present, never made: they come from somebody else. */
const GIVEN_SECRET_NAMES = ['cdn-token'] as const

export const SECRET_NAMES = [
  'postgres-superuser',
  'postgres-replication',
  'postgres-rewind',
  'postgres-app',
  'redis-main',
  'redis-cache',
  'edge',
] as const

type Environment = Readonly<Record<string, string | undefined>>

/** Reads names and checks values; every problem is reported in one error, so that one look mends them all. */
export function loadConfig(environment: Environment = process.env): { config: Config; secrets: Secrets } {
  const problems: string[] = []
  const text = (name: string, fallback: string) => environment[name] || fallback
  const integer = (name: string, fallback: number, min: number, max: number) => {
    const raw = environment[name]
    if (!raw) return fallback
    const value = Number(raw)
    if (Number.isInteger(value) && value >= min && value <= max) return value
    problems.push(`${name} '${raw}' is not a whole number from ${min} to ${max}`)
    return fallback
  }
  const hostPort = (name: string, value: string): HostPort => {
    const match = /^(.+):(\d+)$/.exec(value)
    if (match?.[1] && match[2]) return { host: match[1], port: Number(match[2]) }
    problems.push(`${name} '${value}' is not HOST:PORT`)
    return { host: '', port: 0 }
  }
  const redis = (name: string, port: PortName): RedisAddress => {
    const value = text(name, `127.0.0.1:${at(port)}`)
    return value.startsWith('/') ? { path: value } : hostPort(name, value)
  }

  const portOffset = integer('MINIGRAM_PORT_OFFSET', 0, 0, 32_767)
  const at = (name: PortName) => portOf(name, portOffset)
  const stateDirectory = text('MINIGRAM_STATE', '/var/lib/minigram')
  const nodes = text(
    'MINIGRAM_POSTGRES_NODES',
    `pg1=127.0.0.1:${at('pg1')},pg2=127.0.0.1:${at('pg2')},pg3=127.0.0.1:${at('pg3')}`,
  )
  const config: Config = {
    instance: text('MINIGRAM_INSTANCE', 'app1'),
    release: releaseId(environment['MINIGRAM_RELEASE']),
    stateDirectory,
    mediaDirectory: text('MINIGRAM_MEDIA_DIR', join(stateDirectory, 'media')),
    spoolDirectory: text('MINIGRAM_SPOOL_DIR', join(stateDirectory, 'spool')),
    portOffset,
    listenSocket: environment['MINIGRAM_LISTEN'] || null,
    listenPort: integer('MINIGRAM_LISTEN_PORT', 3000 + portOffset, 0, 65_535),
    metricsPort: integer('MINIGRAM_METRICS_PORT', PORTS.appMetrics + portOffset, 0, 65_535),
    postgresNodes: nodes.split(',').map((node) => {
      const [name = '', address = ''] = node.split('=')
      return { name, ...hostPort('MINIGRAM_POSTGRES_NODES', address) }
    }),
    postgresDatabase: text('MINIGRAM_POSTGRES_DATABASE', 'minigram'),
    postgresPoolMax: integer('MINIGRAM_POSTGRES_POOL_MAX', 8, 1, 100),
    replicaLagMaxSeconds: integer('MINIGRAM_REPLICA_LAG_MAX_SECONDS', 10, 1, 3600),
    redisMain: redis('MINIGRAM_REDIS_MAIN', 'redisMain'),
    redisCache: redis('MINIGRAM_REDIS_CACHE', 'redisCache'),
    edgePort: integer('MINIGRAM_PORT_EDGE', at('edge'), 1, 65_535),
    edgeTlsPort: integer('MINIGRAM_PORT_EDGE_TLS', at('edgeTls'), 1, 65_535),
    edgeOrigin: environment['MINIGRAM_EDGE_ORIGIN'] || null,
    edgePurgeTargets: listOrNone(environment['MINIGRAM_EDGE_PURGE_TARGETS']),
    edgePurgeTargetsFile: join(stateDirectory, 'run/edge-purge-targets'),
    cdn: readCdn(environment, problems),
    lbPurgeTarget: orNone(text('MINIGRAM_LB_PURGE_TARGET', `http://127.0.0.1:${at('lbPurge')}`)),
    shedDelayMs: integer('MINIGRAM_SHED_DELAY_MS', 100, 0, 10_000),
    drainSeconds: integer('MINIGRAM_DRAIN_SECONDS', 8, 0, 300),
    logLevel: text('MINIGRAM_LOG_LEVEL', 'info'),
    workerNiceness: integer('MINIGRAM_WORKER_NICENESS', 10, 0, 19),
    workerConcurrency: integer('MINIGRAM_WORKER_CONCURRENCY', Math.max(1, availableParallelism() - 1), 1, 64),
    feedPushMaxFollowers: integer('MINIGRAM_FEED_PUSH_MAX_FOLLOWERS', 2_000, 0, 1e9),
    limits: {
      guessesPerClientAndUsername: integer('MINIGRAM_LIMIT_GUESSES_PER_CLIENT_AND_USERNAME', 10, 1, 1e6),
      guessesPerClient: integer('MINIGRAM_LIMIT_GUESSES_PER_CLIENT', 100, 1, 1e6),
      guessesPerUsername: integer('MINIGRAM_LIMIT_GUESSES_PER_USERNAME', 200, 1, 1e6),
      signUpsPerClient: integer('MINIGRAM_LIMIT_SIGN_UPS_PER_CLIENT', 60, 1, 1e6),
      readsPerMinute: integer('MINIGRAM_LIMIT_READS_PER_MINUTE', 1_200, 1, 1e6),
      writesPerMinute: integer('MINIGRAM_LIMIT_WRITES_PER_MINUTE', 120, 1, 1e6),
      uploadsPerHour: integer('MINIGRAM_LIMIT_UPLOADS_PER_HOUR', 120, 1, 1e6),
    },
  }
  const secrets = readSecrets(text('MINIGRAM_SECRETS_DIR', join(stateDirectory, 'secrets')))
  if (problems.length > 0) throw new Error(problems.join('; '))
  return { config: Object.freeze(config), secrets }
}

/** `release/current` is a link: its target's name is the release. */
function releaseId(path: string | undefined): string {
  if (!path) return 'checkout'
  return basename(existsSync(path) ? realpathSync(path) : path)
}

/** Null: not said. */
function listOrNone(value: string | undefined): string[] | null {
  if (value === undefined) return null
  return value === 'none' ? [] : value.split(',')
}

function orNone(value: string): string | null {
  return value === 'none' ? null : value
}

function readCdn(environment: Environment, problems: string[]): CdnConfig | null {
  const vendor = environment['MINIGRAM_CDN'] || 'none'
  if (vendor === 'none') return null
  const zone = environment['MINIGRAM_CDN_ZONE'] ?? ''
  const plan = environment['MINIGRAM_CDN_PLAN'] || 'free'
  if (vendor !== 'cloudflare') problems.push(`MINIGRAM_CDN '${vendor}' is not none or cloudflare`)
  if (!/^[0-9a-f]{32}$/.test(zone)) problems.push(`MINIGRAM_CDN_ZONE '${zone}' is not a zone's id of 32 hex digits`)
  if (!isCloudflarePlan(plan)) problems.push(`MINIGRAM_CDN_PLAN '${plan}' is not free, pro, business or enterprise`)
  return { vendor: 'cloudflare', zone, plan: isCloudflarePlan(plan) ? plan : 'free' }
}

/** A secret whose file is absent stays unset: asking for it is the error, so that a process needs only its own. */
function readSecrets(directory: string): Secrets {
  const values = new Map<string, string>()
  for (const name of [...SECRET_NAMES, ...GIVEN_SECRET_NAMES]) {
    try {
      values.set(name, readFileSync(join(directory, name), 'utf8').trim())
    } catch {
      continue
    }
  }
  return new Secrets(values)
}

/** Settings of the command line and the watcher that are no process configuration. */
export function environmentValue(name: string): string | undefined {
  return process.env[name] || undefined
}
