import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { CliError } from '../cli-error.ts'
import type { StatePaths } from '../plan/paths.ts'
import { belongsInRelease, RELEASE_PATHS, runtimePackages, staleReleases } from '../plan/release-files.ts'
import type { ReleaseHashes } from '../plan/restarts.ts'
import { execOrFail } from './exec.ts'
import { contentHash, filesUnder } from './hashes.ts'
import { readJson } from './state.ts'

export interface Release {
  id: string
  isNew: boolean
  hashes: ReleaseHashes
  /** The node binary of the release, runnable by the service user. */
  nodeBinary: string
}

/** Puts the checkout's present contents into `release/<id>` and points `current` at it. */
export async function makeRelease(repoDir: string, paths: StatePaths): Promise<Release> {
  const files = filesUnder(repoDir, RELEASE_PATHS, belongsInRelease)
  const id = contentHash(repoDir, files)
  const target = join(paths.releases, id)
  const isNew = !existsSync(target)
  const modules = await shareModules(repoDir, paths)
  if (isNew) {
    const fresh = `${target}.${process.pid}.new`
    for (const file of files) {
      mkdirSync(dirname(join(fresh, file)), { recursive: true, mode: 0o755 })
      copyFileSync(join(repoDir, file), join(fresh, file))
      const isExecutable = (statSync(join(repoDir, file)).mode & 0o100) !== 0
      chmodSync(join(fresh, file), isExecutable ? 0o755 : 0o644)
    }
    symlinkSync(modules, join(fresh, 'node_modules'))
    renameSync(fresh, target)
  }
  utimesSync(target, new Date(), new Date())
  pointAt(paths.currentRelease, id)
  removeStale(paths, id)
  return {
    id,
    isNew,
    hashes: hashesOf(target),
    nodeBinary: `${paths.currentRelease}/node_modules/node-linux-${process.arch}/bin/node`,
  }
}

/** The release that `current` names; null before the first. */
export function currentRelease(paths: StatePaths): string | null {
  try {
    return readlinkSync(paths.currentRelease)
  } catch {
    return null
  }
}

/** Of the release in the directory `release`. */
export function hashesOf(release: string): ReleaseHashes {
  const server = filesUnder(release, ['src', 'db', 'package-lock.json'])
  const folders = readdirSync(join(release, 'deploy')).filter((name) =>
    statSync(join(release, 'deploy', name)).isDirectory(),
  )
  const shared = filesUnder(release, ['deploy']).filter((file) => file.split('/').length === 2)
  const deploy = folders.map((name) => [
    name,
    contentHash(release, [...shared, ...filesUnder(release, [`deploy/${name}`])]),
  ])
  return { server: contentHash(release, server), deploy: Object.fromEntries(deploy) as Record<string, string> }
}

/** One copy of the run-time packages per lockfile: hard links where the file system allows, so that it costs no space and
 *  works from a checkout that only root can enter. @returns its path as the release folder's symlink wants it. */
async function shareModules(repoDir: string, paths: StatePaths): Promise<string> {
  const lock = readJson(join(repoDir, 'package-lock.json'))
  const names = runtimePackages(lock).filter((name) => existsSync(join(repoDir, name)))
  const id = `modules-${contentHash(repoDir, ['package-lock.json'])}`
  const target = join(paths.releases, id)
  const wanted = `${target}/node_modules`
  if (!existsSync(wanted)) {
    if (names.length === 0) throw new CliError('node_modules is empty', { next: 'npm ci' })
    const fresh = `${target}.${process.pid}.new`
    mkdirSync(fresh, { recursive: true, mode: 0o755 })
    try {
      const isLinkable =
        statSync(repoDir).dev === statSync(paths.releases).dev && (await isReadableByAll(repoDir, names))
      await execOrFail(
        'copying node_modules',
        ['cp', '-a', ...(isLinkable ? ['-l'] : []), '--parents', ...names, fresh],
        { cwd: repoDir, timeoutSeconds: 180 },
      )
      if (!isLinkable) await execOrFail('chown', ['chown', '-R', '0:0', fresh])
      // On links the modes are right already, and changing them would change the checkout.
      await execOrFail(
        'chmod',
        isLinkable
          ? ['find', fresh, '-type', 'd', '-exec', 'chmod', '755', '{}', '+']
          : ['chmod', '-R', 'u+rwX,go+rX,go-w', fresh],
      )
      renameSync(fresh, target)
    } finally {
      rmSync(fresh, { recursive: true, force: true })
    }
  }
  return `../${id}/node_modules`
}

async function isReadableByAll(repoDir: string, names: readonly string[]): Promise<boolean> {
  const { stdout } = await execOrFail(
    'looking at node_modules',
    ['find', ...names, '-type', 'f', '!', '-perm', '-004', '-print', '-quit'],
    { cwd: repoDir },
  )
  return stdout === ''
}

function pointAt(link: string, target: string): void {
  const fresh = `${link}.new`
  rmSync(fresh, { force: true })
  symlinkSync(target, fresh)
  renameSync(fresh, link)
}

function removeStale(paths: StatePaths, current: string): void {
  const entries = readdirSync(paths.releases).filter((name) => lstatSync(join(paths.releases, name)).isDirectory())
  const age = (name: string): number => statSync(join(paths.releases, name)).mtimeMs
  const releases = entries.filter((name) => /^[0-9a-f]{16}$/.test(name)).sort((a, b) => age(b) - age(a))
  const stale = staleReleases(releases, current)
  const kept = releases.filter((name) => !stale.includes(name))
  const usedModules = new Set(
    kept.map((name) => readlinkSync(join(paths.releases, name, 'node_modules')).split('/')[1]),
  )
  const unused = entries.filter(
    (name) => name.endsWith('.new') || (name.startsWith('modules-') && !usedModules.has(name)),
  )
  for (const name of [...stale, ...unused]) rmSync(join(paths.releases, name), { recursive: true, force: true })
}
