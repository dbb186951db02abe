import type { Log } from './log.ts'

/** A drain that hangs ends here; longer than any drain that works. */
const FORCED_EXIT_MS = 15_000

/** Resolves on the first SIGTERM or SIGINT; the process then has FORCED_EXIT_MS to leave by itself. */
export function untilStopped(log: Log): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals) => {
      log.info({ event: 'process.stopping', signal })
      setTimeout(() => {
        log.error({ event: 'process.forced_exit' })
        process.exit(1)
      }, FORCED_EXIT_MS).unref()
      resolve(signal)
    }
    process.once('SIGTERM', stop).once('SIGINT', stop)
  })
}

/** A programmer's error is not handled: it is logged and the process leaves, to be started anew. */
export function exitOnProgrammerError(log: Log): void {
  const leave = (error: unknown) => {
    log.fatal({ event: 'process.failed', error: error instanceof Error ? error.stack : String(error) })
    process.exit(1)
  }
  process.on('uncaughtException', leave)
  process.on('unhandledRejection', leave)
}
