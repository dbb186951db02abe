import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { SECRET_NAMES } from '../../platform/config.ts'
import type { StatePaths } from '../plan/paths.ts'
import type { StoredSettings } from '../plan/settings.ts'

export interface Owner {
  uid: number
  gid: number
}

/** The whole file appears at once, so that an interrupted `up` never leaves half of one. */
export function writeWhole(path: string, text: string, mode: number, owner?: Owner): void {
  const temporary = `${path}.${process.pid}.new`
  writeFileSync(temporary, text, { mode })
  chmodSync(temporary, mode)
  if (owner) chownSync(temporary, owner.uid, owner.gid)
  renameSync(temporary, path)
}

export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

/** What `config.json` remembers; nothing when there is none. */
export function readStored(paths: StatePaths): Partial<StoredSettings> {
  const stored = readJson(paths.config)
  return typeof stored === 'object' && stored !== null ? stored : {}
}

/** Makes the directories of a stack. The state itself can be entered by anyone, secrets and spool by the service user only. */
export function makeStateDirs(paths: StatePaths, owner: Owner): void {
  mkdirSync(dirname(paths.state), { recursive: true, mode: 0o755 })
  for (const [path, mode] of [
    [paths.state, 0o755],
    [paths.run, 0o755],
    [`${paths.run}/apps`, 0o755],
    [`${paths.run}/slots`, 0o755],
    [paths.log, 0o755],
    [paths.data, 0o750],
    [paths.media, 0o755],
    [paths.spool, 0o700],
    [paths.secrets, 0o700],
  ] as const) {
    mkdirSync(path, { recursive: true })
    chmodSync(path, mode)
    chownSync(path, owner.uid, owner.gid)
  }
  // Code is root's: a process that is taken over cannot change what the next start runs.
  for (const path of [paths.releases, paths.packages]) {
    mkdirSync(path, { recursive: true })
    chmodSync(path, 0o755)
  }
}

/** Makes the secrets that are absent: 32 random bytes each. @returns how many were made. */
export function makeSecrets(paths: StatePaths, owner: Owner): number {
  const absent = SECRET_NAMES.filter((name) => !existsSync(`${paths.secrets}/${name}`))
  for (const name of absent) {
    writeWhole(`${paths.secrets}/${name}`, randomBytes(32).toString('base64url'), 0o600, owner)
  }
  return absent.length
}

export function readSecret(paths: StatePaths, name: (typeof SECRET_NAMES)[number]): string {
  return readFileSync(`${paths.secrets}/${name}`, 'utf8').trim()
}

/** What stands where the state is to be. */
export function stateDirKind(paths: StatePaths): 'absent' | 'empty' | 'ours' | 'foreign' | 'not_a_directory' {
  if (!existsSync(paths.state)) return 'absent'
  if (!statSync(paths.state).isDirectory()) return 'not_a_directory'
  const names = readdirSync(paths.state)
  if (names.length === 0) return 'empty'
  const ours = new Set([
    'config.json',
    'up.lock',
    'secrets',
    'run',
    'log',
    'data',
    'media',
    'spool',
    'release',
    'packages',
    'minigram.service',
  ])
  return existsSync(paths.config) || names.every((name) => ours.has(name)) ? 'ours' : 'foreign'
}

/** The first existing directory on the way to `path` that `owner` cannot enter; null when there is none. */
export function unreachableDirectory(path: string, owner: Owner | null): { path: string; mode: string } | null {
  const parts = path.split('/').filter((part) => part !== '')
  for (let count = 0; count < parts.length; count++) {
    const directory = `/${parts.slice(0, count).join('/')}`
    if (!existsSync(directory)) return null
    const { mode, uid, gid } = statSync(directory)
    const bit = uid === owner?.uid ? 0o100 : gid === owner?.gid ? 0o010 : 0o001
    if ((mode & bit) === 0) return { path: directory, mode: (mode & 0o7777).toString(8).padStart(4, '0') }
  }
  return null
}

/** The supervisor's pid if one of this state is alive. The pid file alone may name a process of somebody else. */
export function supervisorPid(paths: StatePaths): number | null {
  try {
    const pid = Number(readFileSync(paths.supervisorPid, 'utf8').trim())
    const cmdline = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    return cmdline.includes('supervisord') && cmdline.includes(paths.state) ? pid : null
  } catch {
    return null
  }
}
