import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { UUID_SHAPE } from '../../platform/cursor.ts'

export interface ArchiveEntry {
  name: string
  content: Readable
  modifiedAt: Date
  /** Pictures are compressed already. */
  isCompressed: boolean
}

export type Archives = ReturnType<typeof openArchives>

/** A run that writes nothing for this long is dead: what it left behind is swept. */
const ABANDONED_MS = 3_600_000

/** Finished archives by id, in the private spool: nobody but this service may look, and no web server does. */
export function openArchives(spoolDirectory: string) {
  const directory = join(spoolDirectory, 'exports')
  const pathOf = (id: string) => {
    if (!UUID_SHAPE.test(id)) throw new Error(`not the id of an archive: ${id}`)
    return join(directory, `${id}.zip`)
  }

  /** Streams entries as they come, one at a time; the archive is there when it is whole. Its size in bytes. */
  async function write(id: string, entries: AsyncIterable<ArchiveEntry>): Promise<number> {
    const path = pathOf(id)
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const partial = `${path}.${randomUUID()}`
    let current: Readable | undefined
    try {
      const zip = new ZipFile()
      const failed = new Promise<never>((_, reject) => zip.once('error', reject))
      const written = pipeline(zip.outputStream, createWriteStream(partial, { flags: 'wx', mode: 0o600 }))
      for await (const { name, content, modifiedAt, isCompressed } of entries) {
        current = content
        zip.addReadStream(content, name, { mtime: modifiedAt, compress: !isCompressed })
        await Promise.race([finished(content), failed, written])
      }
      zip.end()
      await Promise.race([written, failed])
      await using file = await open(partial)
      await file.sync()
      await rename(partial, path)
      return (await file.stat()).size
    } catch (error) {
      current?.destroy()
      await rm(partial, { force: true })
      throw error
    }
  }

  /** Removes archives that nobody waits for any more, and what killed runs left. */
  async function sweep(wanted: (ids: readonly string[]) => Promise<ReadonlySet<string>>): Promise<void> {
    const names = await readdir(directory).catch(() => [])
    const ids = names.filter((name) => name.endsWith('.zip')).map((name) => name.slice(0, -'.zip'.length))
    const kept = await wanted(ids.filter((id) => UUID_SHAPE.test(id)))
    for (const name of names) {
      const path = join(directory, name)
      const isOver = name.endsWith('.zip') ? !kept.has(name.slice(0, -'.zip'.length)) : await isAbandoned(path)
      if (isOver) await rm(path, { force: true })
    }
  }

  return {
    write,
    sweep,
    open: (id: string) => open(pathOf(id)),
    remove: (id: string) => rm(pathOf(id), { force: true }),
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MS
}
