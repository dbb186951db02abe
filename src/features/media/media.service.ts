import { access, open, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Log } from '../../platform/log.ts'
import { convertHeic, findHeifConvert } from './heic.ts'
import type { Inspection, Rendered, Source, StoredRendition } from './image-jobs.ts'
import { createImageWorker } from './image-worker.ts'
import { isErrno, moveDirectory, openScratch, placeDirectory, placeFiles, removeDirectory } from './place-files.ts'
import { createTurns } from './turns.ts'

export { unknownMediaKeys } from './media.queries.ts'

export type { Inspection, Rendered, StoredRendition } from './image-jobs.ts'
export type Media = ReturnType<typeof createMedia>

const MAX_WAITING = 16
/** Where the web server does not look: its addresses have nothing but media keys in this place. */
const WITHHELD = '.withheld'
const KEY = /^[0-9a-f]{32}$/

/** Pictures in, pictures out. One job at a time; decoding happens in a child process that may be killed.
 *  Source files lie in the private spool: a HEIC is converted beside itself. Every method that reads a picture
 *  @throws AppError media.* with a sentence for the person who sent it, media.busy when too many wait. */
export function createMedia(options: {
  mediaDirectory: string
  log: Log
  maxWaiting?: number
  niceness?: number
  heifConvert?: string | null
}) {
  const mediaDirectory = resolve(options.mediaDirectory)
  const { log } = options
  const worker = createImageWorker({ log, ...(options.niceness === undefined ? {} : { niceness: options.niceness }) })
  const turns = createTurns(options.maxWaiting ?? MAX_WAITING)

  /** Where the files of a media key are; `/media/<key>/` shows the same. */
  function directoryOf(key: string): string {
    if (!KEY.test(key)) throw new Error(`not a media key: ${key}`)
    return join(mediaDirectory, key)
  }

  /** Decodes all of the file, fast, and says what it is. 0.1 s for a 12 MP JPEG, 1 s for a HEIC. */
  function inspect(path: string): Promise<Inspection> {
    return turns.take(() =>
      withReadable(path, async (source, facts) => ({ ...(await worker.ask('inspect', source)), ...facts })),
    )
  }

  /** Upright and without metadata: the master and the JPEG and WebP renditions. May run twice, also at once. */
  function render(spoolPath: string, targetDirectory: string): Promise<Rendered> {
    return renderInto(targetDirectory, (directory) =>
      withReadable(spoolPath, (source) => worker.ask('render', { ...source, directory })),
    )
  }

  /** One square WebP. */
  function renderAvatar(spoolPath: string, targetDirectory: string): Promise<StoredRendition> {
    return renderInto(targetDirectory, (directory) =>
      withReadable(spoolPath, (source) => worker.ask('renderAvatar', { ...source, directory })),
    )
  }

  /** Adds the AVIF renditions, from the master: 1 s of CPU. None when the picture was erased meanwhile. */
  function renderAvif(targetDirectory: string): Promise<StoredRendition[]> {
    const directory = ours(targetDirectory)
    return turns.take(async () => {
      const master = await findMaster(directory)
      if (!master) return []
      await using scratch = await openScratch(directory)
      try {
        const renditions = await worker.ask('renderAvif', { master, directory: scratch.path })
        await placeFiles(scratch.path, directory)
        return renditions
      } catch (error) {
        if (!(await findMaster(directory))) return []
        throw error
      }
    })
  }

  /** Removes a picture's directory, also out of sight. A render that is under way may bring it back: look at the row afterwards. */
  async function erase(directory: string): Promise<void> {
    await removeDirectory(ours(directory))
    await removeDirectory(withheldOf(directory))
  }

  /** Takes a picture's files out of everybody's sight, or puts them back. As with `erase`, look at the row afterwards. */
  async function setWithheld(key: string, isWithheld: boolean): Promise<void> {
    const shown = directoryOf(key)
    const withheld = withheldOf(shown)
    await (isWithheld ? moveDirectory(shown, withheld) : moveDirectory(withheld, shown))
  }

  /** Whether the web server has files of this key. */
  function isShown(key: string): Promise<boolean> {
    return access(directoryOf(key)).then(
      () => true,
      () => false,
    )
  }

  /** The first of these files that there is, withheld or not, and its name; the caller closes it. */
  async function openFile(
    key: string,
    fileNames: readonly string[],
  ): Promise<{ name: string; file: FileHandle } | undefined> {
    const shown = directoryOf(key)
    // The first place twice: between two looks the files may have gone back to it.
    for (const directory of [shown, withheldOf(shown), shown]) {
      for (const name of fileNames) {
        try {
          return { name, file: await open(join(directory, name)) }
        } catch (error) {
          if (!isErrno(error, 'ENOENT')) throw error
        }
      }
    }
    return undefined
  }

  function withheldOf(directory: string): string {
    return join(mediaDirectory, WITHHELD, basename(directory))
  }

  function renderInto<T>(targetDirectory: string, job: (directory: string) => Promise<T>): Promise<T> {
    const directory = ours(targetDirectory)
    return turns.take(async () => {
      await using scratch = await openScratch(directory)
      const result = await job(scratch.path)
      await placeDirectory(scratch.path, directory)
      return result
    })
  }

  /** The picture in a form that sharp reads, and for a HEIC what its own header said. */
  async function withReadable<T>(
    path: string,
    job: (source: Source, facts: Partial<Inspection>) => Promise<T>,
  ): Promise<T> {
    const original = { path, isUpright: false }
    if (!(await isHeif(path))) return job(original, {})
    const { primaryPage, ...facts } = await worker.ask('describe', original)
    if (facts.format !== 'heic') return job(original, {})
    const command = options.heifConvert === undefined ? await findHeifConvert() : (options.heifConvert ?? undefined)
    // The WASM decoder alone takes what one image process may: the other one makes room.
    if (!command) worker.retire()
    await using jpeg = await convertHeic(path, { page: primaryPage, command, log })
    return await job({ path: jpeg.path, isUpright: true }, facts)
  }

  /** Only what lies directly in the media directory is ever written or removed. */
  function ours(directory: string): string {
    const path = resolve(directory)
    if (dirname(path) !== mediaDirectory) throw new Error(`${path} is not in the media directory`)
    return path
  }

  return {
    directoryOf,
    inspect,
    render,
    renderAvif,
    renderAvatar,
    erase,
    setWithheld,
    isShown,
    openFile,
    imageProcess: { pid: worker.pid, peakBytes: worker.peakBytes },
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  }
}

async function isHeif(path: string): Promise<boolean> {
  await using file = await open(path)
  const { buffer } = await file.read(Buffer.alloc(12), 0, 12, 0)
  return buffer.toString('latin1', 4, 8) === 'ftyp'
}

async function findMaster(directory: string): Promise<string | undefined> {
  for (const name of ['master.jpg', 'master.webp']) {
    try {
      await access(join(directory, name))
      return join(directory, name)
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error
    }
  }
  return undefined
}
