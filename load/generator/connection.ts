import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { createAnswerReader, type Answer } from './answer-reader.ts'

/** Where a person's requests go, and from which address of their own; null: whichever this machine has. */
export interface Place {
  host: string
  port: number
  isTls: boolean
  localAddress: string | null
}

/** Why no answer came. */
export class Lost extends Error {
  /** Not one byte of the answer had come. */
  readonly hadNoByte: boolean
  /** The connection had answered before: it may have been closed for having been idle. */
  readonly wasReused: boolean
  constructor(reason: string, hadNoByte: boolean, wasReused: boolean) {
    super(reason)
    this.hadNoByte = hadNoByte
    this.wasReused = wasReused
  }
}

export interface Connection {
  /** One at a time. @throws Lost */
  ask: (request: WireRequest) => Promise<Answer>
  isOpen: () => boolean
  destroy: () => void
}

export interface WireRequest {
  /** Request line and headers, with the empty line. */
  head: string
  body: Uint8Array | null
  /** Otherwise only its length is told. */
  keepsBody: boolean
  timeoutMs: number
}

interface Exchange {
  resolve: (answer: Answer) => void
  reject: (lost: Lost) => void
  timer: NodeJS.Timeout
}

/** One for all connections of a thread: whatever is read is dealt with before the next is read. */
const READ_BUFFER = Buffer.allocUnsafe(128 * 1024)

/** A keep-alive connection of HTTP/1.1 without pipelining. Connects at once; what is asked meanwhile waits. */
export function openConnection(place: Place): Connection {
  const reader = createAnswerReader()
  let exchange: Exchange | null = null
  let answered = 0
  let isOpen = true
  let reason = 'closed'

  function settle(): Exchange | null {
    const ended = exchange
    exchange = null
    if (ended) clearTimeout(ended.timer)
    return ended
  }
  function finish(answer: Answer): void {
    answered += 1
    if (!answer.keepsOpen) destroy()
    settle()?.resolve(answer)
  }
  function take(bytes: Buffer): void {
    if (exchange === null) return fail('bytes that nobody asked for')
    let answer: Answer | null
    try {
      answer = reader.take(bytes)
    } catch (error) {
      return fail(error instanceof Error ? error.message : 'malformed answer')
    }
    if (answer) finish(answer)
  }
  function fail(why: string): void {
    reason = why
    destroy()
  }
  function destroy(): void {
    isOpen = false
    socket.destroy()
  }

  const socket = connectTo(place, take)
  socket.setNoDelay(true)
  socket.on('error', (error: NodeJS.ErrnoException) => (reason = error.code ?? error.message))
  socket.on('close', () => {
    isOpen = false
    const last = reader.close()
    if (last) finish(last)
    else settle()?.reject(new Lost(reason, !reader.hasBegun(), answered > 0))
  })
  socket.on('end', () => (isOpen = false))

  return {
    isOpen: () => isOpen,
    destroy,
    ask(request) {
      return new Promise((resolve, reject) => {
        reader.expect(request.keepsBody)
        const timer = setTimeout(() => fail('timeout'), request.timeoutMs)
        exchange = { resolve, reject, timer }
        if (request.body === null) socket.write(request.head, 'latin1')
        else {
          socket.cork()
          socket.write(request.head, 'latin1')
          socket.write(request.body)
          socket.uncork()
        }
      })
    },
  }
}

function connectTo({ host, port, isTls, localAddress }: Place, take: (bytes: Buffer) => void): Socket {
  const from = localAddress === null ? {} : { localAddress }
  if (isTls) {
    const socket = connectTls({ host, port, servername: host, ALPNProtocols: ['http/1.1'], ...from })
    return socket.on('data', take)
  }
  const callback = (count: number) => {
    take(READ_BUFFER.subarray(0, count))
    return true
  }
  return connectTcp({ host, port, ...from, onread: { buffer: READ_BUFFER, callback } })
}
