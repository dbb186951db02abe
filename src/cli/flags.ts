import { CliError, EXIT } from './cli-error.ts'
import { nearest } from './plan/suggest.ts'

/** One option of a verb. `value` names its argument; without it the option is a switch. */
export interface Flag {
  name: string
  short?: string
  value?: string
  text: string
}

export interface Arguments {
  words: string[]
  values: ReadonlyMap<string, string>
  has(name: string): boolean
  /** What stood after `--`. */
  rest: string[]
}

/** Reads `argv` by `flags`. @throws CliError (usage) for an unknown option, with the nearest known one. */
export function parseArguments(verb: string, argv: readonly string[], flags: readonly Flag[]): Arguments {
  const words: string[] = []
  const values = new Map<string, string>()
  const queue = [...argv]
  let rest: string[] = []
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === '--') {
      rest = queue.splice(0)
    } else if (word.startsWith('-') && word !== '-') {
      const [name, given] = word.startsWith('--') ? splitOnce(word) : [word, undefined]
      const flag = flags.find((each) => name === `--${each.name}` || name === `-${each.short ?? ''}`)
      if (!flag) throw unknownFlag(verb, name, flags)
      if (flag.value === undefined) {
        if (given !== undefined) throw usage(verb, `--${flag.name} takes no value`)
        values.set(flag.name, 'true')
      } else {
        const value = given ?? queue.shift()
        if (value === undefined) throw usage(verb, `--${flag.name} needs a value (${flag.value})`)
        values.set(flag.name, value)
      }
    } else words.push(word)
  }
  return { words, values, rest, has: (name) => values.has(name) }
}

/** A whole number from `min` to `max`, or `fallback` where the option was not given. */
export function integerFlag(verb: string, given: Arguments, name: string, fallback: number, min: number, max: number) {
  const text = given.values.get(name)
  if (text === undefined) return fallback
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN
  if (!(value >= min && value <= max)) throw usage(verb, `--${name} must be a whole number from ${min} to ${max}`)
  return value
}

function splitOnce(word: string): [string, string | undefined] {
  const at = word.indexOf('=')
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}

export function usage(verb: string, message: string): CliError {
  return new CliError(message, { exitCode: EXIT.usage, next: `./minigram ${verb} --help` })
}

function unknownFlag(verb: string, name: string, flags: readonly Flag[]): CliError {
  const guess = nearest(
    name.replace(/^-+/, ''),
    flags.map((flag) => flag.name),
  )
  const hint = guess === null ? '' : `; did you mean --${guess}?`
  return usage(verb, `unknown option ${name}${hint}`)
}
