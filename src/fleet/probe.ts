import { request } from 'node:http'
import type { ProbeOutcome } from './watch-policy.ts'

const PROBE_TIMEOUT_MS = 2000
const BODY_LIMIT_BYTES = 64 * 1024

/** Asks the app server behind `socketPath` whether it may take traffic. Never rejects. */
export function probe(socketPath: string): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const asked = request({
      socketPath,
      path: '/health/ready',
      agent: false,
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    })
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(isAbsent(error.code) ? 'refused' : 'unwell'))
    asked.on('response', (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        if (body.length < BODY_LIMIT_BYTES) body += chunk
      })
      response.on('error', () => resolve('unwell'))
      response.on('end', () => resolve(outcomeOf(response.statusCode, body)))
    })
    asked.end()
  })
}

function isAbsent(code: string | undefined): boolean {
  return code === 'ECONNREFUSED' || code === 'ENOENT'
}

function outcomeOf(status: number | undefined, body: string): ProbeOutcome {
  if (status === 200) return 'ready'
  return status === 503 && /"status"\s*:\s*"draining"|service\.draining/.test(body) ? 'draining' : 'unwell'
}
