import { loadavg } from 'node:os'
import type { Benchmark } from './benchmark.ts'
import { keep, section } from './document.ts'
import { readArguments } from './options.ts'
import { createProgress } from './progress.ts'

const { chosen, options, write } = readArguments()
const problems: string[] = []
const runnable: Benchmark[] = []
for (const each of chosen) {
  const obstacle = (await each.obstacle?.(options)) ?? null
  if (obstacle === null) runnable.push(each)
  else problems.push(`${each.name} is left out: ${obstacle}`)
}
if (runnable.length > 0) for (const problem of problems) console.error(problem)
const progress = createProgress(runnable, options)
for (const each of runnable) {
  const { name } = each
  const say = progress.begin(each)
  const loadBefore = loadavg()[0] ?? 0
  try {
    const tables = await each.run(options, say)
    const isMissed = tables.some(({ isMet }) => isMet?.includes(false))
    progress.end(isMissed ? 'goals missed' : 'done')
    if (isMissed) problems.push(`${name} misses goals`)
    const text = section(name, tables, loadBefore)
    console.log(`\n${text}\n`)
    if (write) keep(name, text)
  } catch (error) {
    progress.end('failed')
    console.error(error)
    problems.push(`${name} failed: ${error instanceof Error ? error.message : String(error)}`)
  }
}
if (problems.length > 0) console.error(problems.join('\n'))
// What the throwaway servers leave behind holds nobody up.
process.exit(problems.length > 0 ? 1 : 0)
