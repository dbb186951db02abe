import { pino, type Logger } from 'pino'

export type Log = Logger

/** Lines of everyday leave together, this much later at most: each by itself wakes the supervisor, which costs both of them. */
const GATHER_MS = 200
const GATHER_BYTES = 4_096
/** As pino numbers it. */
const WARN = 40

let stdout: ReturnType<typeof pino.destination> | null = null

/** One for all logs of a process. */
function openStdout() {
  const opened = pino.destination({ dest: 1, sync: true, minLength: GATHER_BYTES, periodicFlush: GATHER_MS })
  process.once('exit', () => opened.flushSync())
  return opened
}

/** JSON lines on stdout; the process supervisor owns files and rotation. Warnings and worse leave at once. */
export function createLog(instance: string, level: string): Log {
  const lines = (stdout ??= openStdout())
  return pino(
    {
      level,
      base: { instance },
      timestamp: pino.stdTimeFunctions.isoTime,
      hooks: {
        logMethod(line, write, severity) {
          write.apply(this, line)
          if (severity >= WARN) lines.flushSync()
        },
      },
    },
    lines,
  )
}
