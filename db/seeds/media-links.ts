import { chmodSync, chownSync, copyFileSync, linkSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'

export interface Owner {
  uid: number
  gid: number
}

/** Makes `target` a directory of its own with the very files of `source`: a thousand uses of a picture take the space of one,
 *  and each can be deleted without the others. Files that are there already stay. */
export function linkDirectory(source: string, target: string, owner: Owner): void {
  mkdirSync(target, { recursive: true })
  for (const name of readdirSync(source)) {
    const from = join(source, name)
    try {
      linkSync(from, join(target, name))
    } catch (error) {
      if (codeOf(error) === 'EEXIST') continue
      if (codeOf(error) !== 'EMLINK') throw error
      // ext4 has at most 65,000 links of one file: from here on they are links of its copy.
      copyFileSync(from, `${from}.new`)
      renameSync(`${from}.new`, from)
      handOver(from, owner, 0o644)
      linkSync(from, join(target, name))
    }
  }
  handOver(target, owner, 0o755)
}

/** Root makes files that the servers, which are not root, must be able to read and delete. */
export function handOver(path: string, owner: Owner, mode: number): void {
  chmodSync(path, mode)
  if (process.getuid?.() === 0) chownSync(path, owner.uid, owner.gid)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
