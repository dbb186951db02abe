import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { delayLine } from './delay-line.ts'

/** A long line to a server of this machine. */
export interface Link {
  /** Milliseconds for there and back. */
  roundTripMs: number
  host: string
  port: number
  /** From which address of the loopback network the server sees its clients come. */
  localAddress?: string
}

export interface Relay extends AsyncDisposable {
  port: number
}

/**
 * Listens on a loopback port and connects through. Half a round trip passes each way; a new connection is good for data one round trip after
 * it was asked for, as TCP's handshake has it. Pieces leave as TCP's slow start lets them (delay-line.ts); bandwidth is not imitated:
 * a real line is slower.
 */
export async function openRelay({ roundTripMs, host, port, localAddress }: Link): Promise<Relay> {
  const sockets = new Set<Socket>()
  const track = (socket: Socket) => {
    sockets.add(socket)
    socket.setNoDelay(true).once('close', () => sockets.delete(socket))
    // The other side is told by `close`; a reset is how people leave.
    socket.on('error', () => undefined)
    return socket
  }
  const server = createServer({ allowHalfOpen: true }, (near) => {
    track(near)
    const far = track(connect({ host, port, allowHalfOpen: true, ...(localAddress ? { localAddress } : {}) }))
    const delayMs = roundTripMs / 2
    delayLine(near, far, { delayMs, opensAtMs: performance.now() + roundTripMs })
    delayLine(far, near, { delayMs })
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  return {
    port: portOf(server),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function portOf(server: Server): number {
  // It listens on TCP.
  return (server.address() as AddressInfo).port
}
