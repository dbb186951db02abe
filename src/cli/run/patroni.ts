import { CliError } from '../cli-error.ts'
import type { DebianMajor } from '../plan/packages.ts'
import type { StatePaths } from '../plan/paths.ts'
import { exec, lastLines } from './exec.ts'
import { installPackages } from './packages.ts'

/** Exit code of deploy/postgres/fetch-patroni when Debian 13's packages cannot be reached. */
const UNREACHABLE = 3

/** Sees to a Patroni that is safe over the store it will use. @returns what is worth a line, or null. */
export async function fetchPatroni(repoDir: string, paths: StatePaths, debian: DebianMajor): Promise<string | null> {
  const from = performance.now()
  const finished = await exec(
    ['env', `MINIGRAM_STATE=${paths.state}`, 'sh', `${repoDir}/deploy/postgres/fetch-patroni`],
    {
      isEnvironmentInherited: true,
      timeoutSeconds: 180,
    },
  )
  if (finished.code === 0) return performance.now() - from > 1000 ? '4.0.7 of Debian 13, kept in the state' : null
  if (finished.code !== UNREACHABLE) {
    throw new CliError(`fetching Patroni failed (exit code ${finished.code})`, {
      detail: lastLines(finished.stderr, 4),
    })
  }
  await installPackages(debian, ['patroni'])
  return '3.0.2 over etcd v2: Debian 13 is out of reach'
}
