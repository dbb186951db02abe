export const EXIT = { ok: 0, failed: 1, usage: 2, notRunning: 3, interrupted: 130 } as const

export interface CliErrorOptions {
  /** A command to type next. */
  next?: string | undefined
  exitCode?: number
  /** Further lines that explain, such as the end of a log. */
  detail?: readonly string[]
  cause?: unknown
}

/** A failure that the person at the terminal can act on: `message` says what and why in one line. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly next: string | undefined
  readonly exitCode: number
  readonly detail: readonly string[]
  /** A step has told the person already. */
  isPrinted = false

  constructor(message: string, options: CliErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.next = options.next
    this.exitCode = options.exitCode ?? EXIT.failed
    this.detail = options.detail ?? []
  }
}
