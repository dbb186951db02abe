import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

export interface TestEdge {
  target: string
  /** `PURGE /path secret tags` of each call that purges files, in order of arrival. */
  purges: string[]
  /** Addresses of answers whose documents were purged, in order of arrival. */
  documents: string[]
  /** Paths by whose absence a purge was proved. */
  reads: string[]
  /** What it answers to purges from now on. */
  status: number
  /** What it answers to reads from now on. */
  readStatus: number
}

/** Stands for a PoP's purge listener. */
export async function startEdge(t: TestContext): Promise<TestEdge> {
  const edge: TestEdge = { target: '', purges: [], documents: [], reads: [], status: 200, readStatus: 404 }
  const server = createServer(({ method, url, headers }, response) => {
    if (method === 'PURGE') {
      const tags = String(headers['xkey-purge']).split(' ')
      const files = tags.filter((tag) => !tag.startsWith('/'))
      if (files.length > 0) edge.purges.push(`${method} ${url} ${String(headers['x-edge-secret'])} ${files.join(' ')}`)
      edge.documents.push(...tags.filter((tag) => tag.startsWith('/')))
    } else edge.reads.push(String(url))
    response.writeHead(method === 'PURGE' ? edge.status : edge.readStatus).end()
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
