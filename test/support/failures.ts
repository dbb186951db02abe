import type { Route } from 'playwright-core'
import type { Problem } from '../../src/contract/common.ts'
import type { ErrorCode } from '../../src/contract/errors.ts'

/** Answers a page's request with a failure that cannot be had from a healthy stack, in the form of the contract. */
export const problem =
  (status: number, code: ErrorCode, headers: Record<string, string> = {}) =>
  (route: Route): Promise<void> => {
    const title = 'Something failed on our side'
    const told: Problem = { type: 'about:blank', status, code, title, requestId: 'req-77' }
    return route.fulfill({
      status,
      headers: { 'content-type': 'application/problem+json', ...headers },
      body: JSON.stringify(told),
    })
  }
