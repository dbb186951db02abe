import { existsSync, readdirSync } from 'node:fs'
import { portOf } from '../../platform/ports.ts'
import type { DatabaseNode } from '../plan/components.ts'
import type { StatePaths } from '../plan/paths.ts'
import type { Settings } from '../plan/settings.ts'
import { readSecret } from './state.ts'

/** psql of the newest server installed, on one node. Debian's /usr/bin/psql wrapper would look for clusters of its own. */
export function psqlCommand(settings: Settings, node: DatabaseNode, user: string, database: string): string[] {
  const port = String(portOf(node, settings.portOffset))
  return [psqlBinary(), '-h', '127.0.0.1', '-p', port, '-U', user, '-d', database]
}

function psqlBinary(): string {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  return versions.map((version) => `${root}/${version}/bin/psql`).find((path) => existsSync(path)) ?? 'psql'
}

export function superuserEnvironment(paths: StatePaths): Record<string, string> {
  return { LANG: 'C.UTF-8', PGPASSWORD: readSecret(paths, 'postgres-superuser'), PGCONNECT_TIMEOUT: '3' }
}
