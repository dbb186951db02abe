import { createHash } from 'node:crypto'
import { chmod, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { UPLOAD_MAX_BYTES } from '../contract/limits.ts'
import { AppError } from './errors.ts'

/** A received file. Disposing of it removes it, unless `persist` was called before. */
export interface Upload extends AsyncDisposable {
  name: string
  path: string
  sizeBytes: number
  sha256: string
  fields: ReadonlyMap<string, string>
  /** Survives a power cut from here on, and disposal too: a row is about to refer to it. */
  persist(): Promise<void>
  /** Removes it after all. */
  discard(): Promise<void>
}

export type Spool = ReturnType<typeof openSpool>
type Part = { path: string; sizeBytes: number; sha256: string }

/** Uploads as they arrived, with all that cameras write into them: nobody but this service may look. */
const DIRECTORY_MODE = 0o700
const FILE_MODE = 0o600

/** The private directory of uploads that wait to be worked on. */
export function openSpool(spoolDirectory: string) {
  const directory = join(spoolDirectory, 'uploads')
  const pathOf = (name: string) => {
    if (!/^[0-9a-f-]{32,36}$/.test(name)) throw new Error(`not a spool name: ${name}`)
    return join(directory, name)
  }
  const remove = (name: string) => rm(pathOf(name), { force: true })

  /**
   * Streams the part `file` of a multipart request to disk; text parts may stand before or after it.
   * @throws AppError media.missing, media.empty, media.too_large, request.media_type, request.invalid; nothing is left behind.
   */
  async function receive(request: FastifyRequest, name: string, fieldNames: readonly string[]): Promise<Upload> {
    if (!request.isMultipart())
      throw new AppError('request.media_type', 'Send multipart/form-data with the picture in a part named `file`.')
    await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE })
    await chmod(directory, DIRECTORY_MODE)
    try {
      const { file, fields } = await readParts(request, pathOf(name), fieldNames)
      return toUpload(name, file, fields)
    } catch (error) {
      // What is left of the body is read and dropped, so that the client hears the answer instead of a reset.
      request.raw.unpipe()
      request.raw.resume()
      await remove(name)
      throw toRefusal(error)
    }
  }

  function toUpload(name: string, file: Part, fields: ReadonlyMap<string, string>): Upload {
    let isPersistent = false
    return {
      ...file,
      name,
      fields,
      async persist() {
        await sync(file.path)
        await sync(directory)
        isPersistent = true
      },
      discard: () => remove(name),
      async [Symbol.asyncDispose]() {
        if (!isPersistent) await remove(name)
      },
    }
  }

  /** Names of files that were last written before then, and abandoned scratch directories beside them. */
  async function olderThan(unixMs: number): Promise<string[]> {
    const names = await readdir(directory).catch(() => [])
    const old: string[] = []
    for (const name of names) {
      const found = await stat(join(directory, name)).catch(() => undefined)
      if (found && found.mtimeMs < unixMs) old.push(name)
    }
    return old
  }

  return {
    pathOf,
    receive,
    remove,
    olderThan,
    /** `name` as `olderThan` told it. */
    sweep: (name: string) => rm(join(directory, name), { recursive: true, force: true }),
  }
}

async function readParts(request: FastifyRequest, path: string, fieldNames: readonly string[]) {
  const fields = new Map<string, string>()
  let file: Part | null = null
  for await (const part of request.parts()) {
    if (part.type === 'field') {
      if (part.fieldname === 'file') throw missing()
      if (!fieldNames.includes(part.fieldname) || fields.has(part.fieldname))
        throw new AppError('request.invalid', `Beside \`file\` there may be one each of: ${fieldNames.join(', ')}.`)
      if (part.valueTruncated) throw new AppError('request.invalid', `The part \`${part.fieldname}\` is too long.`)
      fields.set(part.fieldname, String(part.value))
    } else if (part.fieldname === 'file') {
      file = await store(part.file, path)
    } else {
      throw missing()
    }
  }
  if (!file) throw missing()
  if (file.sizeBytes === 0) throw new AppError('media.empty', 'Choose the picture again; it may still be on its way.')
  return { file, fields }
}

async function store(content: Readable & { truncated: boolean }, path: string): Promise<Part> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  await using target = await open(path, 'wx', FILE_MODE)
  for await (const chunk of content as AsyncIterable<Buffer>) {
    hash.update(chunk)
    sizeBytes += chunk.length
    await target.writeFile(chunk)
  }
  if (content.truncated) throw tooLarge()
  return { path, sizeBytes, sha256: hash.digest('hex') }
}

async function sync(path: string): Promise<void> {
  await using handle = await open(path, 'r')
  await handle.sync()
}

function missing(): AppError {
  return new AppError('media.missing', 'Send the picture in a part named `file`, with a file name.')
}

function tooLarge(): AppError {
  return new AppError('media.too_large', `A picture may have ${UPLOAD_MAX_BYTES / 1024 / 1024} MiB. Make it smaller.`)
}

/** A failed system call is ours (disk full); everything else that reading a form can throw is the form's fault. */
function toRefusal(error: unknown): unknown {
  if (error instanceof AppError || !(error instanceof Error) || 'syscall' in error) return error
  const code = 'code' in error ? error.code : ''
  if (code === 'FST_REQ_FILE_TOO_LARGE') return tooLarge()
  if (code === 'FST_FILES_LIMIT') return new AppError('request.invalid', 'Send one picture per request.')
  return new AppError('request.invalid', 'The form is damaged or was cut off. Send it again.', { cause: error })
}
