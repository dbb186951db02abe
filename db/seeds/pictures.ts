import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createMedia, type Media } from '../../src/features/media/media.service.ts'
import { AppError } from '../../src/platform/errors.ts'
import type { Log } from '../../src/platform/log.ts'
import { handOver, type Owner } from './media-links.ts'
import type { PictureSource } from './picture-sources.ts'

/** A rendered picture: its files wait in `directory` to be linked. */
export interface Picture extends PictureFacts {
  name: string
  directory: string
}

interface PictureFacts {
  width: number
  height: number
  thumbhash: string
  hasAvif: boolean
}

export interface PictureStore extends AsyncDisposable {
  /** The first `wanted` sources that are pictures, rendered unless an earlier run has done it. */
  pictures(sources: readonly PictureSource[], wanted: number, count: Count): Promise<PreparedPictures>
  /** Directories with one square picture each. */
  avatars(sources: readonly PictureSource[], count: Count): Promise<string[]>
}

export interface PreparedPictures {
  pictures: Picture[]
  rendered: number
  /** A line for each file that is no picture of ours, with the reason. */
  refused: string[]
}

export type Count = (done: number, total: number) => void

/** One image process per core would leave nothing to the running servers of a larger machine; two are enough for a minute's work. */
const LANES = 2

/** Keeps what a seed has rendered beside the media that people see, on the same file system so that it can be linked. */
export function openPictureStore(options: {
  mediaDirectory: string
  spoolDirectory: string
  owner: Owner
  log: Log
  signal: AbortSignal
}): PictureStore {
  const { owner, signal } = options
  const store = join(options.mediaDirectory, '.seed')
  const workplace = join(options.spoolDirectory, 'seed')
  // What a killed seed left: one seed at a time is at work on a stack.
  rmSync(workplace, { recursive: true, force: true })
  for (const [path, mode] of [
    [store, 0o755],
    [workplace, 0o700],
  ] as const) {
    mkdirSync(path, { recursive: true })
    handOver(path, owner, mode)
  }
  const lanes = Array.from({ length: LANES }, () => createMedia({ mediaDirectory: store, log: options.log }))

  async function prepare(media: Media, source: PictureSource): Promise<{ picture: Picture; isNew: boolean }> {
    const directory = media.directoryOf(source.digest())
    const known = readFacts(directory)
    if (known) return { picture: { ...known, name: source.name, directory }, isNew: false }
    const facts = await withFile(source, async (path) => {
      const { thumbhash } = await media.inspect(path)
      const { width, height } = await media.render(path, directory)
      return { width, height, thumbhash, hasAvif: (await media.renderAvif(directory)).length > 0 }
    })
    finish(directory, facts)
    return { picture: { ...facts, name: source.name, directory }, isNew: true }
  }

  async function prepareAvatar(media: Media, source: PictureSource): Promise<string> {
    const directory = media.directoryOf(source.digest())
    if (readFacts(directory) !== null) return directory
    await withFile(source, (path) => media.renderAvatar(path, directory))
    finish(directory, {})
    return directory
  }

  /** Sources may lie where only the caller can read, and a HEIC is converted beside itself: work on a private copy. */
  async function withFile<Result>(source: PictureSource, work: (path: string) => Promise<Result>): Promise<Result> {
    const path = join(workplace, source.digest())
    try {
      writeFileSync(path, await source.bytes(), { mode: 0o600 })
      return await work(path)
    } finally {
      rmSync(path, { force: true })
    }
  }

  /** Written last: where it is, the rendering was completed. */
  function finish(directory: string, facts: object): void {
    for (const name of readdirSync(directory)) handOver(join(directory, name), owner, 0o644)
    handOver(directory, owner, 0o755)
    writeFileSync(`${directory}.new`, JSON.stringify(facts))
    handOver(`${directory}.new`, owner, 0o644)
    renameSync(`${directory}.new`, factsPath(directory))
  }

  /** Calls `work` for one source after another until `isEnough`; what it was called for is a whole beginning of `sources`. */
  async function inLanes(
    sources: readonly PictureSource[],
    work: (media: Media, source: PictureSource, at: number) => Promise<void>,
    isEnough: () => boolean = () => false,
  ): Promise<void> {
    const queue = sources.entries()
    await Promise.all(
      lanes.map(async (media) => {
        while (!isEnough()) {
          signal.throwIfAborted()
          const next = queue.next()
          if (next.done) return
          await work(media, next.value[1], next.value[0])
        }
      }),
    )
  }

  return {
    async pictures(sources, wanted, count) {
      const prepared: (Awaited<ReturnType<typeof prepare>> | string)[] = []
      let accepted = 0
      await inLanes(
        sources,
        async (media, source, at) => {
          prepared[at] = await prepare(media, source).catch((error: unknown) => refusal(source, error))
          if (typeof prepared[at] !== 'string') count((accepted += 1), Math.min(wanted, sources.length))
        },
        () => accepted >= wanted,
      )
      const done = prepared.filter((each) => typeof each !== 'string').slice(0, wanted)
      return {
        pictures: done.map(({ picture }) => picture),
        rendered: done.filter(({ isNew }) => isNew).length,
        refused: prepared.filter((each) => typeof each === 'string'),
      }
    },
    async avatars(sources, count) {
      const directories: string[] = []
      await inLanes(sources, async (media, source, at) => {
        directories[at] = await prepareAvatar(media, source)
        count(Object.keys(directories).length, sources.length)
      })
      return directories
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(lanes.map((media) => media[Symbol.asyncDispose]()))
      for (const path of [workplace, join(store, '.partial')]) rmSync(path, { recursive: true, force: true })
    },
  }
}

/** @throws whatever is not the picture's own fault */
function refusal(source: PictureSource, error: unknown): string {
  if (error instanceof AppError && error.status < 500) return `${source.name}: ${error.message}`
  throw error
}

function factsPath(directory: string): string {
  return `${directory}.json`
}

/** Null unless the rendering was completed and is still there. */
function readFacts(directory: string): PictureFacts | null {
  try {
    if (!existsSync(directory)) return null
    return JSON.parse(readFileSync(factsPath(directory), 'utf8')) as PictureFacts // @NOTE written by `finish` alone; for avatars nobody reads it
  } catch {
    return null
  }
}
