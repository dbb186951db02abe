import { ERRORS, type ErrorCode } from '../contract/errors.ts'

/** An error that a client may see. Anything else that is thrown becomes `service.failed` and keeps its message to the log. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly status: number
  readonly detail: string | undefined
  readonly retryAfterSeconds: number | undefined

  /** `detail` is a sentence a person can act on; `retryAfterSeconds` becomes `Retry-After`. */
  constructor(code: ErrorCode, detail?: string, options: { retryAfterSeconds?: number; cause?: unknown } = {}) {
    super(detail ?? ERRORS[code][1], { cause: options.cause })
    this.code = code
    this.status = ERRORS[code][0]
    this.detail = detail
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}
