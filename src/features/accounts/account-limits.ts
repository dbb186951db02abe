import type { AccountLimits } from '../../platform/config.ts'
import { AppError } from '../../platform/errors.ts'
import { createRateLimit, type RateLimit } from '../../platform/rate-limits.ts'
import type { RedisMain } from '../../platform/redis.ts'

type Wanted = readonly (readonly [limit: RateLimit, key: string])[]

const GUESS_WINDOW_SECONDS = 15 * 60
const SIGN_UP_WINDOW_SECONDS = 3_600

export type Throttle = ReturnType<typeof createThrottle>

/**
 * Guesses are counted by who makes them, by whom they are about and by both, narrow limits first: one client can spend
 * no more than its own narrow share of what all clients together may guess about a name, and so cannot lock its owner out.
 */
export function createThrottle(redisMain: RedisMain, limits: AccountLimits) {
  const limit = (name: string, points: number, windowSeconds: number) =>
    createRateLimit(redisMain, { name, points, windowSeconds })
  const pair = limit('guess-pair', limits.guessesPerClientAndUsername, GUESS_WINDOW_SECONDS)
  const client = limit('guess-client', limits.guessesPerClient, GUESS_WINDOW_SECONDS)
  const username = limit('guess-username', limits.guessesPerUsername, GUESS_WINDOW_SECONDS)
  const signUp = limit('sign-up', limits.signUpsPerClient, SIGN_UP_WINDOW_SECONDS)
  return {
    forSignIn: (clientKey: string, name: string): Wanted => [
      [pair, `${clientKey} ${name}`],
      [client, clientKey],
      [username, name],
    ],
    /** Whoever holds a stolen session guesses too. */
    forPasswordChange: (accountId: string): Wanted => [[pair, accountId]],
    forReset: (clientKey: string): Wanted => [[client, clientKey]],
    forSignUp: (clientKey: string): Wanted => [[signUp, clientKey]],
  }
}

const GUESSES: ReadonlySet<string> = new Set([
  'session.wrong_credentials',
  'account.wrong_password',
  'account.reset_invalid',
])

export function isWrongGuess(error: unknown): boolean {
  return error instanceof AppError && GUESSES.has(error.code)
}

export function isSuccess(error: unknown): boolean {
  return error === null
}
