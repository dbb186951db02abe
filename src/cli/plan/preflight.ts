import { freeOffset, offsetProblem, plannedPorts } from './port-plan.ts'
import { DEFAULT_STATE_DIR, type Settings, type SettingsProblem } from './settings.ts'

export const MIN_DISK_BYTES = 3 * 1024 ** 3
export const MIN_MEMORY_BYTES = 2 * 1024 ** 3

export interface Listener {
  port: number
  pid: number | null
  command: string | null
  /** It belongs to this very stack. */
  isOurs: boolean
}

/** What `up` looked at before it changes anything. */
export interface Facts {
  architecture: string
  /** `ID` and `VERSION_ID` of os-release. */
  distribution: string
  version: string
  isRoot: boolean
  diskFreeBytes: number
  memoryAvailableBytes: number
  /** Its memory is in use already. */
  isStackRunning: boolean
  listeners: readonly Listener[]
  /** The first directory on the way to the state that the service user cannot enter. */
  unreachableDirectory: { path: string; mode: string } | null
  /** The state directory, or what stands in its place. */
  stateDirKind: 'absent' | 'empty' | 'ours' | 'foreign' | 'not_a_directory'
  settingsProblems: readonly SettingsProblem[]
}

export interface Verdict {
  check: string
  isGood: boolean
  message: string
  next?: string
}

/** One verdict per check: all problems are known at once, and nothing has been changed. */
export function judge(facts: Facts, settings: Settings): Verdict[] {
  return [
    judgeArchitecture(facts),
    judgeDistribution(facts),
    ...facts.settingsProblems.map(judgeSetting),
    judgeDisk(facts, settings),
    judgeMemory(facts),
    ...judgeStateDir(facts, settings),
    ...judgePorts(facts, settings),
  ]
}

function good(check: string, message: string): Verdict {
  return { check, isGood: true, message }
}

function bad(check: string, message: string, next?: string): Verdict {
  return { check, isGood: false, message, ...(next === undefined ? {} : { next }) }
}

function judgeArchitecture({ architecture }: Facts): Verdict {
  const isKnown = architecture === 'x64' || architecture === 'arm64'
  if (isKnown) return good('machine', architecture)
  return bad('machine', `${architecture} processors are not supported`, 'run it on an x86_64 or aarch64 machine')
}

function judgeDistribution({ distribution, version }: Facts): Verdict {
  const isKnown = distribution === 'debian' && (version === '12' || version === '13')
  if (isKnown) return good('system', `Debian ${version}`)
  const found = `${distribution} ${version}`.trim() || 'this system'
  return bad('system', `${found} is not Debian 12 or 13`, 'docker run --privileged -it debian:12')
}

function judgeSetting({ name, value, wants }: SettingsProblem): Verdict {
  return bad('settings', `${name} '${value}' is not ${wants}`, `unset ${name}`)
}

function judgeDisk({ diskFreeBytes }: Facts, { stateDir }: Settings): Verdict {
  const message = `${gibibytes(diskFreeBytes)} free for ${stateDir}`
  if (diskFreeBytes >= MIN_DISK_BYTES) return good('disk', message)
  return bad(
    'disk',
    `only ${message}, ${gibibytes(MIN_DISK_BYTES)} needed`,
    'MINIGRAM_STATE=/bigger/disk ./minigram up',
  )
}

function judgeMemory({ memoryAvailableBytes, isStackRunning }: Facts): Verdict {
  const message = `${gibibytes(memoryAvailableBytes)} available`
  if (isStackRunning || memoryAvailableBytes >= MIN_MEMORY_BYTES) return good('memory', message)
  return bad('memory', `only ${message}, ${gibibytes(MIN_MEMORY_BYTES)} needed`, 'ps aux --sort=-rss | head')
}

/** UNIX socket paths end at 107 bytes, and `run/pg1/.s.PGSQL.65535` is the longest that we append. */
export const MAX_STATE_DIR_CHARS = 80

function judgeStateDir(facts: Facts, { stateDir, user }: Settings): Verdict[] {
  const next = `MINIGRAM_STATE=${DEFAULT_STATE_DIR} ./minigram up`
  if (!/^\/[A-Za-z0-9._/-]+$/.test(stateDir))
    return [bad('state', `MINIGRAM_STATE '${stateDir}' is not a plain absolute path`, next)]
  if (stateDir.length > MAX_STATE_DIR_CHARS)
    return [
      bad('state', `${stateDir} is longer than ${MAX_STATE_DIR_CHARS} characters (socket names end at 107)`, next),
    ]
  if (facts.stateDirKind === 'not_a_directory') return [bad('state', `${stateDir} is not a directory`, next)]
  if (facts.stateDirKind === 'foreign')
    return [
      bad(
        'state',
        `${stateDir} holds files that are not MiniGram's`,
        `MINIGRAM_STATE=${stateDir}/minigram ./minigram up`,
      ),
    ]
  const closed = facts.unreachableDirectory
  if (closed) return [bad('state', `user ${user} cannot enter ${closed.path} (mode ${closed.mode})`, next)]
  return [good('state', `${stateDir} (${facts.stateDirKind === 'ours' ? 'kept' : 'new'})`)]
}

function judgePorts(facts: Facts, { portOffset, stateDir, pops }: Settings): Verdict[] {
  const listening = new Set(facts.listeners.map((listener) => listener.port))
  const offset = freeOffset(listening)
  const elsewhere = stateDir === DEFAULT_STATE_DIR ? '' : `MINIGRAM_STATE=${stateDir} `
  const next = offset === null ? undefined : `${elsewhere}MINIGRAM_PORT_OFFSET=${offset} ./minigram up`
  const problem = offsetProblem(portOffset)
  if (problem !== null) return [bad('ports', problem, next)]
  const planned = plannedPorts(portOffset, pops)
  const taken = planned.flatMap(({ name, port }) => {
    const holder = facts.listeners.find((listener) => listener.port === port && !listener.isOurs)
    if (!holder) return []
    const who = holder.pid === null ? '' : ` (pid ${holder.pid}${holder.command === null ? '' : ` ${holder.command}`})`
    return [bad(name, `port ${port} is in use${who}`, next)]
  })
  return taken.length > 0 ? taken : [good('ports', `all ${planned.length} free or ours`)]
}

function gibibytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`
}
