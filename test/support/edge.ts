import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

export interface TestEdge {
  target: string
  /** `METHOD /path secret tags`, in order of arrival. */
  purges: string[]
  /** What it answers from now on. */
  status: number
}

/** Stands for a PoP's purge listener. */
export async function startEdge(t: TestContext): Promise<TestEdge> {
  const edge: TestEdge = { target: '', purges: [], status: 200 }
  const server = createServer(({ method, url, headers }, response) => {
    edge.purges.push(`${method} ${url} ${String(headers['x-edge-secret'])} ${String(headers['xkey-purge'])}`)
    response.writeHead(edge.status).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  // Listening on TCP, so its address is no string.
  edge.target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return edge
}
