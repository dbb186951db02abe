import { request } from 'node:http'
import type { ProbeOutcome } from './watch-policy.ts'

/** An answer this late is still a sign of life; until it comes, the watcher calls the app server silent. */
const PROBE_TIMEOUT_MS = 5_000
const BODY_LIMIT_BYTES = 64 * 1024
/** Nobody listens, or who answered died over it. A full backlog (EAGAIN) is neither. */
const GONE = new Set(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE'])

/** Asks the app server behind `socketPath` whether it may take traffic. Never rejects. */
export function probe(socketPath: string): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const asked = request({
      socketPath,
      path: '/health/ready',
      agent: false,
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    })
    const fail = ({ code = '' }: NodeJS.ErrnoException) => resolve(GONE.has(code) ? 'refused' : 'silent')
    asked.on('error', fail)
    asked.on('response', (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        if (body.length < BODY_LIMIT_BYTES) body += chunk
      })
      response.on('error', fail)
      response.on('end', () => resolve(outcomeOf(response.statusCode, body)))
    })
    asked.end()
  })
}

function outcomeOf(status: number | undefined, body: string): ProbeOutcome {
  const word = /"status"\s*:\s*"(\w+)"/.exec(body)?.[1]
  if (status === 200) return word === 'overloaded' ? 'overloaded' : 'ready'
  return status === 503 && word === 'draining' ? 'draining' : 'unwell'
}
