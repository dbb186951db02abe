import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Files under `paths` (files or directories, relative to `root`), sorted; absent ones are left out. */
export function filesUnder(
  root: string,
  paths: readonly string[],
  isWanted: (path: string) => boolean = () => true,
): string[] {
  const found: string[] = []
  function visit(path: string): void {
    const name = relative(root, path)
    if (!isWanted(name) || !existsSync(path)) return
    if (statSync(path).isDirectory()) for (const entry of readdirSync(path).sort()) visit(join(path, entry))
    else found.push(name)
  }
  for (const path of paths) visit(join(root, path))
  return found
}

/** A short digest of names, executable bits and contents. */
export function contentHash(root: string, files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) {
    const path = join(root, file)
    const isExecutable = (statSync(path).mode & 0o100) !== 0
    hash
      .update(`${file}\0${isExecutable ? 'x' : '-'}\0`)
      .update(readFileSync(path))
      .update('\0')
  }
  return hash.digest('hex').slice(0, 16)
}
