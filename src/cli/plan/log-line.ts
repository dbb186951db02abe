const LONGEST_CHARS = 220

/** One line of a log, short enough to be read among others: of our own JSON only the event, the message and the error. */
export function briefLine(line: string): string {
  return cut(line.startsWith('{') ? (briefJson(line) ?? line) : line)
}

function briefJson(line: string): string | null {
  try {
    const entry = JSON.parse(line) as Record<string, unknown> // @NOTE a line that starts with { is an object or no JSON
    const words = [entry.event, entry.msg, entry.error, entry.err]
    const texts = words.flatMap((word) => (typeof word === 'string' ? word.split('\n').slice(0, 1) : []))
    return texts.length === 0 ? null : texts.join(': ')
  } catch {
    return null
  }
}

function cut(text: string): string {
  return text.length > LONGEST_CHARS ? `${text.slice(0, LONGEST_CHARS - 1)}…` : text
}

/** The last `count` lines worth reading; one that repeats itself is shown once. */
export function briefEnd(text: string, count: number): string[] {
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(briefLine)
  return lines.filter((line, index) => lines.indexOf(line, index + 1) === -1).slice(-count)
}
