/** What a release holds of the checkout, besides node_modules. */
export const RELEASE_PATHS = ['src', 'db', 'deploy', 'dist/web', 'package.json', 'package-lock.json'] as const

/** Tests, the web UI's sources and what belongs to other machines stay out. */
export function belongsInRelease(path: string): boolean {
  return !path.endsWith('.test.ts') && !/^src\/web(\/|$)/.test(path) && !/(^|\/)node_modules(\/|$)/.test(path)
}

interface Lockfile {
  packages?: Record<string, { dev?: boolean }>
}

/** Top-level package folders that servers need at run time, as the lockfile says. */
export function runtimePackages(lockfile: unknown): string[] {
  const { packages = {} } = lockfile as Lockfile // @NOTE npm wrote it; an unexpected shape yields an empty list
  return Object.entries(packages)
    .filter(([path, entry]) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) && entry.dev !== true)
    .map(([path]) => path)
    .sort()
}

/** Releases to delete: all but `current`, the one before it and one more, newest first. */
export function staleReleases(newestFirst: readonly string[], current: string, keep = 3): string[] {
  const others = newestFirst.filter((id) => id !== current)
  return others.slice(keep - 1)
}
