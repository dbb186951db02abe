import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { clientAddress } from './stack.ts'

export interface OwnAddress extends AsyncDisposable {
  proxy: string
  /** The next request to this path arrives; the connection breaks before its answer does. */
  loseAnswer: (path: string) => void
}

/** A forward proxy whose requests come from one address of their own: browsers cannot choose theirs, and limits go by it. */
export async function openOwnAddress(): Promise<OwnAddress> {
  const localAddress = clientAddress()
  let lost = ''
  const server: Server = createServer((incoming, outgoing) => {
    const onward = request(
      incoming.url ?? '/',
      { method: incoming.method, headers: incoming.headers, localAddress },
      (answer) => {
        if (lost !== '' && incoming.url?.endsWith(lost)) {
          lost = ''
          // Broken in the middle: what breaks before its first byte, a browser sends again by itself.
          outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
          return outgoing.write(' ', () => incoming.socket.destroy())
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
        return answer.pipe(outgoing)
      },
    )
    onward.on('error', () => outgoing.destroy())
    // A browser that goes away takes its request with it.
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // Listening on TCP, so its address is no string.
  const { port } = server.address() as AddressInfo
  return {
    proxy: `http://127.0.0.1:${port}`,
    loseAnswer(path) {
      lost = path
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
