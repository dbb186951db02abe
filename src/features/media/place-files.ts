import { randomUUID } from 'node:crypto'
import { chmod, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Files and directories under the media directory are read by the web server, which may be another user. */
const FILE_MODE = 0o644
const DIRECTORY_MODE = 0o755
/** Longer than any job may take: a scratch directory of that age belongs to a process that died. */
const ABANDONED_MS = 10 * 60_000

/** Writes a new file that a power cut cannot leave half there. */
export async function writeSynced(path: string, data: Buffer): Promise<void> {
  await using file = await open(path, 'wx', FILE_MODE)
  await file.chmod(FILE_MODE)
  await file.writeFile(data)
  await file.sync()
}

/** A scratch directory beside `directory`, on the same file system so that its files can be renamed into place. */
export async function openScratch(directory: string) {
  const root = join(dirname(directory), '.partial')
  await mkdir(root, { recursive: true, mode: 0o700 })
  await removeAbandoned(root)
  const path = join(root, `${basename(directory)}-${randomUUID()}`)
  await mkdir(path)
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Makes `scratch` the directory `directory`. Where that exists already, its files are replaced one by one,
 *  each whole at every moment: a job that runs twice harms nothing. */
export async function placeDirectory(scratch: string, directory: string): Promise<void> {
  await chmod(scratch, DIRECTORY_MODE)
  await syncDirectory(scratch)
  try {
    await rename(scratch, directory)
  } catch (error) {
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error
    await placeFiles(scratch, directory)
  }
  await syncDirectory(dirname(directory))
}

/** Moves the files of `scratch` into `directory`. @throws ENOENT where that does not exist */
export async function placeFiles(scratch: string, directory: string): Promise<void> {
  for (const name of await readdir(scratch)) await rename(join(scratch, name), join(directory, name))
  await syncDirectory(directory)
}

/** Removes a directory and what is in it; it vanishes at once, whatever its size. None there: nothing to do. */
export async function removeDirectory(directory: string): Promise<void> {
  await using scratch = await openScratch(directory)
  try {
    await rename(directory, join(scratch.path, 'erased'))
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
  }
}

/** One rename, after which `from` is not there and, whatever happens to the machine, does not come back. None there: nothing to do. */
export async function moveDirectory(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  try {
    await rename(from, to).catch(async (error: unknown) => {
      if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error
      await removeDirectory(to)
      await rename(from, to)
    })
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
    return
  }
  await syncDirectory(dirname(from))
  await syncDirectory(dirname(to))
}

export function isErrno(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, 'r')
  await directory.sync()
}

async function removeAbandoned(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const path = join(root, name)
    const found = await stat(path).catch(() => undefined)
    if (found && Date.now() - found.mtimeMs > ABANDONED_MS) await rm(path, { recursive: true, force: true })
  }
}
