import { execFile } from 'node:child_process'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { belongsInRelease, RELEASE_PATHS } from '../../src/cli/plan/release-files.ts'
import { readOsRelease } from '../../src/cli/run/facts.ts'
import { contentHash, filesUnder } from '../../src/cli/run/hashes.ts'
import type { Services } from '../../src/processes/services.ts'
import type { Commit, Machine } from './report.ts'

export const REPO_DIRECTORY = join(import.meta.dirname, '../..')

export function machine(): Machine {
  return {
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    kernel: release(),
    system: readOsRelease().get('PRETTY_NAME') ?? process.platform,
    node: process.version,
    loadAtStart: loadavg()[0] ?? 0,
  }
}

/** What the checkout is at; null where there is no git. */
export async function commit(): Promise<Commit | null> {
  // Under sudo the checkout belongs to somebody else, which git refuses unless told.
  const git = async (...args: string[]) =>
    (await promisify(execFile)('git', ['-C', REPO_DIRECTORY, '-c', `safe.directory=${REPO_DIRECTORY}`, ...args])).stdout
  try {
    return { id: (await git('rev-parse', 'HEAD')).trim(), isDirty: (await git('status', '--porcelain')) !== '' }
  } catch {
    return null
  }
}

/** The release that `up` would make of the checkout. */
export function checkoutRelease(): string {
  return contentHash(REPO_DIRECTORY, filesUnder(REPO_DIRECTORY, RELEASE_PATHS, belongsInRelease))
}

export interface DataSize {
  people: number
  photos: number
  follows: number
}

export async function dataSize({ db }: Pick<Services, 'db'>): Promise<DataSize> {
  return db.readPrimary(async (reader) => {
    const count = async (table: 'accounts' | 'photos' | 'follows') => {
      const { rows } = await reader
        .selectFrom(table)
        .select((build) => build.fn.countAll<string>().as('rows'))
        .executeTakeFirstOrThrow()
      return Number(rows)
    }
    return { people: await count('accounts'), photos: await count('photos'), follows: await count('follows') }
  })
}
