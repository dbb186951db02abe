import type { Verb } from './context.ts'
import type { VerbEntry } from './verbs.ts'

/** What `./minigram` says without a verb; the launcher holds the same text for the time before `npm ci`. */
export function overview(verbs: readonly Pick<VerbEntry, 'name' | 'summary'>[]): string {
  return [
    'MiniGram: a photo community and the whole stack it scales on.',
    '',
    'usage: ./minigram VERB [OPTIONS]      ./minigram VERB --help',
    '',
    ...verbs.map(({ name, summary }) => `  ${name.padEnd(9)} ${summary}`),
    '',
    '  MINIGRAM_STATE and MINIGRAM_PORT_OFFSET choose the stack: two with different values run side by side.',
  ].join('\n')
}

export function verbHelp(name: string, verb: Verb): string {
  const flags = [...verb.flags, { name: 'help', short: 'h', text: 'this text' }]
  const heads = flags.map((flag) => {
    const value = 'value' in flag && flag.value !== undefined ? ` ${flag.value}` : ''
    return `${flag.short === undefined ? '' : `-${flag.short}, `}--${flag.name}${value}`
  })
  const width = Math.max(...heads.map((head) => head.length))
  return [
    `usage: ./minigram ${name} ${verb.usage}`,
    '',
    verb.about,
    '',
    ...flags.map((flag, index) => `  ${(heads[index] ?? '').padEnd(width)}  ${flag.text}`),
    '',
    'examples:',
    ...verb.examples.map((example) => `  ${example}`),
    '',
    'exit codes:',
    ...verb.exitCodes.map(([code, meaning]) => `  ${code}  ${meaning}`),
  ].join('\n')
}
