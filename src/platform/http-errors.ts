import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { ERRORS, type ErrorCode } from '../contract/errors.ts'
import type { Problem } from '../contract/common.ts'
import { AppError } from './errors.ts'
import type { Log } from './log.ts'
import { isTimeout } from './postgres-errors.ts'

/** Fastify's own refusals, by its code. */
const FASTIFY_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'request.media_type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'request.too_large',
  FST_REQ_FILE_TOO_LARGE: 'media.too_large',
  FST_INVALID_MULTIPART_CONTENT_TYPE: 'request.media_type',
}

/** SQLSTATE class 22: the text cannot be stored (NUL, bad encoding), which only the sender can mend. */
const UNSTORABLE = /^22(021|P02|P05|007|008)$/

/** The one translator from anything thrown to what a client may know. */
export function toAppError(error: FastifyError): AppError {
  if (error instanceof AppError) return error
  if (error.validation) return new AppError('request.invalid', `${error.message}.`)
  if (UNSTORABLE.test(error.code))
    return new AppError('request.invalid', 'The text holds characters that cannot be stored.')
  if (isTimeout(error)) {
    return new AppError('service.unavailable', 'It is very busy; please try again in a moment.', {
      retryAfterSeconds: 1,
      cause: error,
    })
  }
  const known = FASTIFY_CODES[error.code]
  if (known) return new AppError(known, `${error.message}.`)
  if (error.statusCode && error.statusCode >= 400 && error.statusCode < 500)
    return new AppError('request.invalid', `${error.message}.`)
  return new AppError('service.failed', 'It was logged; quote the request id when you report it.', { cause: error })
}

export function toProblem(error: Pick<AppError, 'code' | 'status' | 'detail'>, requestId: string): Problem {
  return {
    type: `/api/docs#${error.code}`,
    title: ERRORS[error.code][1],
    status: error.status,
    code: error.code,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    requestId,
  }
}

export function createErrorHandler(log: Log) {
  return async function handleError(thrown: FastifyError, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const error = toAppError(thrown)
    if (error.status >= 500) {
      const cause = error.code === 'service.failed' ? thrown : error.cause
      log[error.code === 'service.failed' ? 'error' : 'warn']({
        event: 'request.failed',
        requestId: request.id,
        route: request.routeOptions.url,
        code: error.code,
        error: cause instanceof Error ? cause.stack : undefined,
      })
    }
    if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds))
    await sendProblem(reply, error, request.id)
  }
}

export function sendProblem(reply: FastifyReply, error: AppError, requestId: string): FastifyReply {
  // Serialised here: a route's response schema must not drop fields of an error that it did not foresee.
  return reply
    .code(error.status)
    .type('application/problem+json')
    .serializer((payload: Problem) => JSON.stringify(payload))
    .send(toProblem(error, requestId))
}
