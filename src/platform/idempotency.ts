import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { IDEMPOTENCY_KEY_PATTERN } from '../contract/limits.ts'
import type { AfterCommit, Database } from './consistency.ts'
import { AppError } from './errors.ts'
import type { Writer } from './postgres.ts'
import { accountOf } from './viewer.ts'

const KEY = new RegExp(IDEMPOTENCY_KEY_PATTERN)

/**
 * Answers a signed-in POST once per `Idempotency-Key`: the first answer is stored in the transaction of its effect,
 * a repetition gets it again (with `Idempotency-Replayed: true`) and has no effect. Without a key it is a plain write.
 * `body` is whatever makes two requests the same; for an upload, the digest of the picture and its texts.
 * @throws AppError request.invalid, idempotency.mismatch, idempotency.running
 */
export async function answerOnce<Answer extends object>(
  db: Database,
  request: FastifyRequest,
  reply: Pick<FastifyReply, 'code' | 'header'>,
  body: unknown,
  effect: (trx: Writer, after: AfterCommit) => Promise<Answer>,
): Promise<Answer> {
  const accountId = accountOf(request).id
  const key = request.headers['idempotency-key']
  reply.code(201)
  if (key === undefined) return db.write(accountId, effect)
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw new AppError('request.invalid', 'Idempotency-Key must be 8 to 100 letters, digits, dashes or underscores.')
  }
  // The resolved address, not the pattern: a key is not shared between two photos' comments.
  const route = `${request.method} ${request.url.split('?')[0] ?? ''}`
  const digest = createHash('sha256').update(JSON.stringify(body)).digest('hex')
  const { answer, isReplay } = await db.write(accountId, async (trx, after) => {
    const earlier = await takeKey(trx, accountId, route, key)
    if (earlier && earlier.digest !== digest) {
      throw new AppError('idempotency.mismatch', 'Take a new key for a new request.')
    }
    // Written by this function for this route: it has the shape of the route's answer.
    if (earlier) return { answer: JSON.parse(earlier.body) as Answer, isReplay: true }
    const answer = await effect(trx, after)
    const { numInsertedOrUpdatedRows: kept } = await trx
      .insertInto('idempotency_keys')
      .values({ account_id: accountId, route, key, body_digest: digest, status: 201, body: JSON.stringify(answer) })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    if (!kept) throw running()
    return { answer, isReplay: false }
  })
  if (isReplay) reply.header('idempotency-replayed', 'true')
  return answer
}

/**
 * Holds the key until the transaction ends, and finds the answer it was given earlier. In one statement, which sees what was
 * committed before it had the lock: whoever answered just then is found when this answer is to be kept. Uses idempotency_keys_pkey.
 * @throws AppError idempotency.running while another transaction holds the key.
 */
async function takeKey(trx: Writer, accountId: string, route: string, key: string) {
  const { rows } = await sql<{ isMine: boolean; body: string | null; digest: string | null }>`
    select "isMine", body, body_digest as digest
    from pg_try_advisory_xact_lock(hashtextextended(${`${accountId} ${route} ${key}`}, 0)) as "isMine"
    left join idempotency_keys as earlier
      on earlier.account_id = ${accountId} and earlier.route = ${route} and earlier.key = ${key}`.execute(trx)
  const { isMine = false, body = null, digest = null } = rows[0] ?? {}
  if (!isMine) throw running()
  return body === null ? null : { body, digest }
}

function running(): AppError {
  return new AppError('idempotency.running', 'Repeat it in a moment to get its answer.', { retryAfterSeconds: 1 })
}

export async function forgetOldAnswers(trx: Writer): Promise<void> {
  await trx
    .deleteFrom('idempotency_keys')
    .where('created_at', '<', sql<Date>`now() - interval '24 hours'`)
    .execute()
}
