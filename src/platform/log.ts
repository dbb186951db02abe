import { pino, type Logger } from 'pino'

export type Log = Logger

/** JSON lines on stdout; the process supervisor owns files and rotation. */
export function createLog(instance: string, level: string): Log {
  return pino({ level, base: { instance }, timestamp: pino.stdTimeFunctions.isoTime })
}
