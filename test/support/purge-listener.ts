import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

export interface PurgeListener {
  target: string
  /** Addresses that were purged, in order of arrival. */
  urls: string[]
  secrets: Set<string>
  /** What it answers for an address from now on; 0: nothing at all. Absent: 200. */
  statuses: Record<string, number>
}

/** Stands for NGINX's purge listener. */
export async function startPurgeListener(
  t: TestContext,
  statuses: Record<string, number> = {},
): Promise<PurgeListener> {
  const listener: PurgeListener = { target: '', urls: [], secrets: new Set(), statuses }
  const server = createServer(({ method, url = '', headers }, response) => {
    if (method === 'PURGE') listener.urls.push(url)
    listener.secrets.add(String(headers['x-edge-secret']))
    const status = listener.statuses[url] ?? 200
    if (status !== 0) response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  // Listening on TCP, so its address is no string.
  listener.target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return listener
}
