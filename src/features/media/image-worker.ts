import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { getCompileCacheDir } from 'node:module'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import type { Answer, JobKind, JobReply, Question } from './image-jobs.ts'
import { enforceBounds, overrunError, type Bounds } from './process-bounds.ts'

const MIB = 1024 * 1024
/** What one image process may hold at its peak, as measured by the kernel. */
export const IMAGE_PROCESS_MAX_BYTES = 400 * MIB
/** Struck a little below that. Rendering gets more than the inspection before it, so that what one accepted the other
 *  can do: they decode the same pixels. */
const INSPECT_BYTES = 372 * MIB
const RENDER_BYTES = 384 * MIB
/** A process that decoded many pictures keeps what its allocator fragmented. */
const RECYCLE_ABOVE_BYTES = 250 * MIB
const IDLE_MS = 60_000
const REASON_MAX_CHARS = 300
/** A validating decode takes 0.1 s for a 12 MP photo. Encoding is our own work on a picture that decoded well:
 *  where that is slow, the machine is busy. */
const BOUNDS: Record<JobKind, Bounds> = {
  describe: { seconds: 10, memoryBytes: INSPECT_BYTES },
  inspect: { seconds: 10, memoryBytes: INSPECT_BYTES },
  render: { seconds: 60, memoryBytes: RENDER_BYTES },
  renderAvif: { seconds: 120, memoryBytes: RENDER_BYTES },
  renderAvatar: { seconds: 30, memoryBytes: RENDER_BYTES },
}

export type ImageWorker = ReturnType<typeof createImageWorker>

export interface ImageWorkerOptions {
  log: Log
  idleMs?: number
  /** 0 to 19: how far the child stands back behind everybody else when the CPU is scarce. */
  niceness?: number
}

/** One child process that decodes and encodes, started when first asked and gone after a minute of rest.
 *  The caller asks one question at a time. */
export function createImageWorker({ log, idleMs = IDLE_MS, niceness = 0 }: ImageWorkerOptions) {
  let child: ChildProcess | undefined
  let idle: NodeJS.Timeout | undefined
  let peakBytes = 0
  let isClosed = false

  /** @throws AppError media.* when the picture is at fault */
  async function ask<K extends JobKind>(kind: K, question: Question<K>): Promise<Answer<K>> {
    const first = await attempt(kind, question)
    const outcome = isWorthRepeating(first) ? await attempt(kind, question) : first
    // The child answers the question that it was asked; JobMessage ties the two on its side.
    if (outcome.outcome === 'done') return outcome.answer as Answer<K>
    if (outcome.outcome === 'failed') throw Object.assign(new Error(outcome.reason), { code: outcome.systemCode })
    if (outcome.outcome === 'died') {
      throw overrunError(outcome.overrun) ?? new AppError('media.undecodable', 'The picture stops our decoder.')
    }
    log.info({ kind, code: outcome.code, reason: outcome.reason.slice(0, REASON_MAX_CHARS) }, 'picture refused')
    throw new AppError(outcome.code, outcome.detail)
  }

  async function attempt(kind: JobKind, question: unknown): Promise<JobReply | Death> {
    if (isClosed) throw new AppError('service.draining')
    clearTimeout(idle)
    const wasFresh = !child
    const worker = (child ??= open())
    hold(worker, true)
    using watch = enforceBounds(worker, BOUNDS[kind])
    const reply = await exchange(worker, { kind, question })
    const { residentBytes } = watch.look()
    peakBytes = Math.max(peakBytes, watch.peakBytes())
    if (isClosed) throw new AppError('service.draining')
    if (reply) {
      rest(worker, residentBytes)
      return reply
    }
    if (child === worker) child = undefined
    log.warn({ kind, overrun: watch.overrun(), signal: worker.signalCode }, 'image process died')
    return { outcome: 'died', overrun: watch.overrun(), wasFresh }
  }

  function open(): ChildProcess {
    const worker = start(niceness)
    worker.on('error', (error) => log.warn({ err: error }, 'image process'))
    worker.once('exit', () => {
      if (child === worker) child = undefined
    })
    return worker
  }

  function rest(worker: ChildProcess, residentBytes: number): void {
    if (residentBytes > RECYCLE_ABOVE_BYTES) retire()
    else hold(worker, false)
    idle = setTimeout(retire, idleMs).unref()
  }

  /** Lets the child go; the next question starts another. */
  function retire(): void {
    child?.kill('SIGKILL')
    child = undefined
  }

  async function close(): Promise<void> {
    isClosed = true
    clearTimeout(idle)
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.ref()
    retire()
    await exit
  }

  return {
    ask,
    retire,
    pid: () => child?.pid,
    /** The most that any child of this worker held so far, killed ones included. */
    peakBytes: () => peakBytes,
    [Symbol.asyncDispose]: close,
  }
}

interface Death {
  outcome: 'died'
  overrun: 'memory' | 'time' | undefined
  /** Not so: what earlier pictures left behind may have tipped the scales. */
  wasFresh: boolean
}

/** A child may die for reasons of its own, killed by an operator for one; a picture that kills two is at fault. */
function isWorthRepeating(outcome: JobReply | Death): boolean {
  if (outcome.outcome !== 'died' || outcome.overrun === 'time') return false
  return outcome.overrun === undefined || !outcome.wasFresh
}

function start(niceness: number): ChildProcess {
  const cache = getCompileCacheDir()
  return fork(fileURLToPath(new URL('./image-process.ts', import.meta.url)), {
    // A session of its own, which stands back as a whole (image-process.ts).
    detached: true,
    // `nice` becomes Node. Setting it later would leave out the threads that decode.
    execPath: '/usr/bin/nice',
    execArgv: ['-n', String(niceness), process.execPath, '--max-old-space-size=64'],
    // Nothing of ours but this: secrets have no business in a process that reads hostile files.
    env: { MALLOC_ARENA_MAX: '2', ...(cache && { NODE_COMPILE_CACHE: cache }) },
  })
}

/** An idle child must not keep its parent from ending. */
function hold(child: ChildProcess, isBusy: boolean): void {
  const turn = isBusy ? 'ref' : 'unref'
  child[turn]()
  child.channel?.[turn]()
}

/** The child's reply, or nothing once it is gone. */
async function exchange(child: ChildProcess, message: object): Promise<JobReply | undefined> {
  const gone = new AbortController()
  const onGone = () => gone.abort()
  child.once('exit', onGone).once('error', onGone)
  try {
    child.send(message, (error) => error && onGone())
    const [reply] = await once(child, 'message', { signal: gone.signal })
    return reply
  } catch (error) {
    if (gone.signal.aborted) return undefined
    throw error
  } finally {
    child.off('exit', onGone).off('error', onGone)
  }
}
