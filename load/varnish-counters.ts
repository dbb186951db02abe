import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What a PoP has counted since it started. */
export interface PopCounters {
  /** Requests that it sent to the origin, and the bodies that came back. */
  originRequests: number
  originBytes: number
  /** Answers to clients, and their bodies. */
  answers: number
  answerBytes: number
}

/** Varnish's own counters of PoP `nr`. */
export async function readPop(stateDirectory: string, nr = 1): Promise<PopCounters> {
  const { stdout } = await promisify(execFile)('varnishstat', ['-n', `${stateDirectory}/run/edge${nr}/varnish`, '-j'])
  // varnishstat(1): `counters` since version 6.5.
  const { counters } = JSON.parse(stdout) as { counters: Record<string, { value: number }> }
  const sum = (ending: string) =>
    Object.entries(counters)
      .filter(([name]) => name.startsWith('VBE.') && name.endsWith(ending))
      .reduce((total, [, { value }]) => total + value, 0)
  return {
    originRequests: sum('.req'),
    originBytes: sum('.beresp_bodybytes'),
    answers: counters['MAIN.client_req']?.value ?? 0,
    answerBytes: counters['MAIN.s_resp_bodybytes']?.value ?? 0,
  }
}

export function popDifference(before: PopCounters, after: PopCounters): PopCounters {
  return {
    originRequests: after.originRequests - before.originRequests,
    originBytes: after.originBytes - before.originBytes,
    answers: after.answers - before.answers,
    answerBytes: after.answerBytes - before.answerBytes,
  }
}
