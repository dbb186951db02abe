import { APP_SLOTS } from '../../platform/ports.ts'

export const DEFAULT_STATE_DIR = '/var/lib/minigram'
export const DEFAULT_BACKUPS_DIR = '/var/backups/minigram'
export const SERVICE_USER = 'minigram'

/** What the person who types the command may choose; `config.json` in the state directory remembers it. */
export interface Settings {
  stateDir: string
  backupsDir: string
  user: string
  portOffset: number
  publicBind: string
  opsBind: string
  apps: number
  /** Edge caches on this machine. */
  pops: number
  lbMaxFails: number
  lbFailTimeout: string
  lbWeights: string
  lbRate: string
  lbBurst: number
  /** Settings of single processes, by their variable; what they take and their defaults stand in src/platform/config.ts. */
  tuning: Readonly<Record<string, string>>
}

/** The part of the settings that `config.json` holds. */
export type StoredSettings = Omit<Settings, 'stateDir' | 'backupsDir'>

export const DEFAULT_SETTINGS: Settings = {
  stateDir: DEFAULT_STATE_DIR,
  backupsDir: DEFAULT_BACKUPS_DIR,
  user: SERVICE_USER,
  portOffset: 0,
  publicBind: '0.0.0.0',
  opsBind: '127.0.0.1',
  apps: 3,
  pops: 1,
  // One more than MINIGRAM_LB_MAX_CONNS: even if all that a slot works on times out, overload has not made it rest.
  lbMaxFails: 129,
  lbFailTimeout: '2s',
  lbWeights: Array(APP_SLOTS).fill('1').join(','),
  lbRate: '10r/s',
  lbBurst: 100,
  tuning: {},
}

/** Handed on to the processes as they are; an empty value takes the default again. */
export const TUNING_NAMES = [
  'MINIGRAM_CDN',
  'MINIGRAM_CDN_PLAN',
  'MINIGRAM_CDN_ZONE',
  'MINIGRAM_DRAIN_SECONDS',
  'MINIGRAM_EDGE_MEMORY',
  'MINIGRAM_EDGE_ORIGIN',
  'MINIGRAM_EDGE_PAGE_TTL',
  'MINIGRAM_EDGE_STALE',
  'MINIGRAM_EDGE_TTL',
  'MINIGRAM_LB_CACHE_SIZE',
  'MINIGRAM_LB_CONNECTIONS',
  'MINIGRAM_LB_GZIP_LEVEL',
  'MINIGRAM_LB_KEEPALIVE',
  'MINIGRAM_LB_MAX_CONNS',
  'MINIGRAM_LB_STRATEGY',
  'MINIGRAM_LB_WORKERS',
  'MINIGRAM_LIMIT_GUESSES_PER_CLIENT',
  'MINIGRAM_LIMIT_GUESSES_PER_CLIENT_AND_USERNAME',
  'MINIGRAM_LIMIT_GUESSES_PER_USERNAME',
  'MINIGRAM_LIMIT_READS_PER_MINUTE',
  'MINIGRAM_LIMIT_SIGN_UPS_PER_CLIENT',
  'MINIGRAM_LIMIT_UPLOADS_PER_HOUR',
  'MINIGRAM_LIMIT_WRITES_PER_MINUTE',
  'MINIGRAM_LOG_LEVEL',
  'MINIGRAM_POSTGRES_POOL_MAX',
  'MINIGRAM_REPLICA_LAG_MAX_SECONDS',
  'MINIGRAM_SHED_DELAY_MS',
  'MINIGRAM_TLS_CERT',
  'MINIGRAM_TLS_KEY',
  'MINIGRAM_TLS_REDIRECT',
  'MINIGRAM_WORKER_CONCURRENCY',
  'MINIGRAM_WORKER_NICENESS',
] as const

/** Every variable that chooses a stack or one of its settings. */
export const SETTING_NAMES = [
  'MINIGRAM_STATE',
  'MINIGRAM_BACKUPS',
  'MINIGRAM_USER',
  'MINIGRAM_PORT_OFFSET',
  'MINIGRAM_PUBLIC_BIND',
  'MINIGRAM_OPS_BIND',
  'MINIGRAM_LB_MAX_FAILS',
  'MINIGRAM_LB_FAIL_TIMEOUT',
  'MINIGRAM_LB_WEIGHTS',
  'MINIGRAM_LB_RATE',
  'MINIGRAM_LB_BURST',
  ...TUNING_NAMES,
] as const

export type Environment = Readonly<Record<string, string | undefined>>

export interface SettingsProblem {
  name: string
  value: string
  wants: string
}

/** The state directory is asked for first: everything else may be remembered in it. */
export function stateDirOf(environment: Environment): string {
  return (environment.MINIGRAM_STATE || DEFAULT_STATE_DIR).replace(/(.)\/+$/, '$1')
}

/** Defaults, then what the stack remembers, then the environment. Reports every bad value, not only the first. */
export function readSettings(
  environment: Environment,
  stored: Partial<StoredSettings>,
): { settings: Settings; problems: SettingsProblem[] } {
  const problems: SettingsProblem[] = []
  const settings: Settings = { ...DEFAULT_SETTINGS, ...stored, stateDir: stateDirOf(environment) }

  function text(name: string, current: string, pattern: RegExp, wants: string): string {
    const value = environment[name]
    if (value === undefined || value === '') return current
    if (!pattern.test(value)) problems.push({ name, value, wants })
    return value
  }
  function integer(name: string, current: number, wants: string): number {
    return Number(text(name, String(current), /^\d{1,6}$/, wants))
  }

  settings.backupsDir = text('MINIGRAM_BACKUPS', settings.backupsDir, /^\//, 'an absolute path')
  settings.user = text('MINIGRAM_USER', settings.user, /^[a-z_][a-z0-9_-]{0,30}$/, 'a user name')
  settings.portOffset = integer('MINIGRAM_PORT_OFFSET', settings.portOffset, 'a whole number such as 20000')
  settings.publicBind = text('MINIGRAM_PUBLIC_BIND', settings.publicBind, ADDRESS, 'an IPv4 address')
  settings.opsBind = text('MINIGRAM_OPS_BIND', settings.opsBind, ADDRESS, 'an IPv4 address')
  settings.lbMaxFails = integer('MINIGRAM_LB_MAX_FAILS', settings.lbMaxFails, 'a whole number')
  settings.lbFailTimeout = text(
    'MINIGRAM_LB_FAIL_TIMEOUT',
    settings.lbFailTimeout,
    /^\d+(ms|s|m)$/,
    'a time such as 2s',
  )
  settings.lbWeights = text('MINIGRAM_LB_WEIGHTS', settings.lbWeights, /^\d+(,\d+){0,15}$/, 'a list such as 1,1,2')
  settings.lbRate = text('MINIGRAM_LB_RATE', settings.lbRate, /^\d+r\/[sm]$/, 'a rate such as 10r/s')
  settings.lbBurst = integer('MINIGRAM_LB_BURST', settings.lbBurst, 'a whole number')
  const given = TUNING_NAMES.filter((name) => environment[name] !== undefined).map((name) => [name, environment[name]])
  settings.tuning = { ...settings.tuning, ...Object.fromEntries(given) }
  return { settings, problems }
}

const ADDRESS = /^\d{1,3}(\.\d{1,3}){3}$/

/** What `config.json` keeps of `settings`. */
export function storedSettings(settings: Settings): StoredSettings {
  const { stateDir: _stateDir, backupsDir: _backupsDir, ...stored } = settings
  return stored
}
