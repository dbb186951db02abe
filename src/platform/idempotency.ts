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
    await lockKey(trx, `${accountId} ${route} ${key}`)
    const earlier = await findAnswer(trx, accountId, route, key)
    if (earlier && earlier.body_digest !== digest) {
      throw new AppError('idempotency.mismatch', 'Take a new key for a new request.')
    }
    // Written by this function for this route: it has the shape of the route's answer.
    if (earlier) return { answer: JSON.parse(earlier.body) as Answer, isReplay: true }
    const answer = await effect(trx, after)
    await trx
      .insertInto('idempotency_keys')
      .values({ account_id: accountId, route, key, body_digest: digest, status: 201, body: JSON.stringify(answer) })
      .execute()
    return { answer, isReplay: false }
  })
  if (isReplay) reply.header('idempotency-replayed', 'true')
  return answer
}

/** @throws AppError idempotency.running while another transaction holds the key. */
async function lockKey(trx: Writer, name: string): Promise<void> {
  const { rows } = await sql<{
    isMine: boolean
  }>`select pg_try_advisory_xact_lock(hashtextextended(${name}, 0)) as "isMine"`.execute(trx)
  if (!rows[0]?.isMine)
    throw new AppError('idempotency.running', 'Repeat it in a moment to get its answer.', { retryAfterSeconds: 1 })
}

/** Uses idempotency_keys_pkey. */
function findAnswer(trx: Writer, accountId: string, route: string, key: string) {
  return trx
    .selectFrom('idempotency_keys')
    .select(['body', 'body_digest'])
    .where('account_id', '=', accountId)
    .where('route', '=', route)
    .where('key', '=', key)
    .executeTakeFirst()
}

export async function forgetOldAnswers(trx: Writer): Promise<void> {
  await trx
    .deleteFrom('idempotency_keys')
    .where('created_at', '<', sql<Date>`now() - interval '24 hours'`)
    .execute()
}
