import { readFileSync } from 'node:fs'
import type { Owner } from './state.ts'
import { execOrFail } from './exec.ts'

/** Ids of a local user; null when there is none of that name. */
export function findUser(name: string): Owner | null {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) }
}

/** The user that the servers run as: no password, no shell, no home of its own. */
export async function ensureUser(name: string, homeDir: string): Promise<{ owner: Owner; isNew: boolean }> {
  const existing = findUser(name)
  if (existing) return { owner: existing, isNew: false }
  await execOrFail(`creating user ${name}`, [
    'useradd',
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    homeDir,
    '--shell',
    '/usr/sbin/nologin',
    '--comment',
    'MiniGram servers',
    name,
  ])
  const made = findUser(name)
  if (!made) throw new Error(`user ${name} is not in /etc/passwd after useradd`)
  return { owner: made, isNew: true }
}
