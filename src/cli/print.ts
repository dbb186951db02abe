/** Where a verb writes: results to stdout, progress to stderr, colours only where a person looks at a terminal. */
export interface Printer {
  result(text: string): void
  progress(text: string): void
  /** On a terminal only: shown until the next line takes its place. */
  pending(text: string): void
  paint(style: Style, text: string): string
}

export type Style = 'red' | 'green' | 'yellow' | 'dim' | 'bold'

const CODES: Readonly<Record<Style, number>> = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 }

const CLEAR_LINE = '\r\x1b[K'

interface Stream {
  isTTY?: boolean
  write(text: string): unknown
}

/** `noColor` follows no-color.org. */
export function createPrinter(options: { stdout: Stream; stderr: Stream; noColor: boolean }): Printer {
  const { stdout, stderr } = options
  const isColoured = stdout.isTTY === true && stderr.isTTY === true && !options.noColor
  const isLive = stderr.isTTY === true
  return {
    result: (text) => stdout.write(`${text}\n`),
    progress: (text) => stderr.write(`${isLive ? CLEAR_LINE : ''}${text}\n`),
    pending: (text) => void (isLive && stderr.write(`${CLEAR_LINE}${text}`)),
    paint: (style, text) => (isColoured ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text),
  }
}

const NAME_WIDTH = 10
const DETAIL_WIDTH = 44

/** `  postgres   primary pg1, replicas pg2 pg3      6.1 s` */
export function stepLine(name: string, detail: string, elapsedMs: number): string {
  return `  ${name.padEnd(NAME_WIDTH)} ${detail.padEnd(DETAIL_WIDTH)} ${seconds(elapsedMs).padStart(7)}`
}

export function problemLine(name: string, message: string, next?: string): string {
  const line = `  ${name.padEnd(NAME_WIDTH)} ${message}`
  return next === undefined ? line : `${line}   try: ${next}`
}

export function seconds(elapsedMs: number): string {
  return `${(elapsedMs / 1000).toFixed(1)} s`
}

/** Columns as wide as their widest cell; `right` names the columns that are aligned to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return right.includes(column) ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd(),
  )
}

export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`
}
