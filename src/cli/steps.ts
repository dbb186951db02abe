import { CliError } from './cli-error.ts'
import { type Printer, problemLine, stepLine } from './print.ts'

export interface StepRecord {
  name: string
  detail: string
  elapsedMs: number
}

export interface Steps {
  readonly records: readonly StepRecord[]
  /** Runs one step and prints its line; a null detail prints none. */
  run<Result>(name: string, work: () => Promise<Result>, describe: (result: Result) => string | null): Promise<Result>
  elapsedMs(): number
}

export function createSteps(printer: Printer): Steps {
  const startedAt = performance.now()
  const records: StepRecord[] = []
  return {
    records,
    elapsedMs: () => performance.now() - startedAt,
    async run(name, work, describe) {
      const from = performance.now()
      printer.pending(`  ${name.padEnd(10)} …`)
      try {
        const result = await work()
        const detail = describe(result)
        const elapsedMs = performance.now() - from
        if (detail !== null) {
          records.push({ name, detail, elapsedMs: Math.round(elapsedMs) })
          printer.progress(stepLine(name, detail, elapsedMs))
        } else printer.pending('')
        return result
      } catch (error) {
        if (error instanceof CliError && !error.isPrinted) {
          printer.progress(problemLine(name, `${printer.paint('red', 'failed')}: ${error.message}`, error.next))
          for (const line of error.detail) printer.progress(printer.paint('dim', `             ${line}`))
          error.isPrinted = true
        }
        throw error
      }
    },
  }
}
