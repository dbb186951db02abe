import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

export interface Chromium extends AsyncDisposable {
  /** @throws Error when Chromium says that it cannot, is gone, or says nothing for 30 seconds */
  send<Result>(method: string, params?: object, sessionId?: string): Promise<Result>
}

interface Reply {
  id?: number
  result?: unknown
  error?: { message: string }
}

const CHROMIUM = '/usr/bin/chromium'
const REPLY_TIMEOUT_MS = 30_000
/** As test/support/browser.ts: it must not try to reach anything but the stack. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-pipe',
]

/**
 * A Chromium that ends with us, spoken to in its own protocol (https://chromedevtools.github.io/devtools-protocol) over pipes, JSON
 * that ends with a zero byte. Not by Playwright: that has each request and answer reported, which on two cores is a good part of
 * what a page takes.
 */
export async function startChromium(flags: readonly string[]): Promise<Chromium> {
  if (!existsSync(CHROMIUM)) throw new Error('Chromium is not installed   try: apt-get install chromium')
  // What it keeps for its user shall not end up in the stack's state, which is HOME here.
  const home = mkdtempSync(join(tmpdir(), 'minigram-chromium-'))
  const child = spawn(CHROMIUM, [...FLAGS, `--user-data-dir=${home}`, ...flags], {
    env: { ...process.env, HOME: home },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  })
  // What `stdio` asks for: it reads the fourth, and writes to the fifth.
  const [input, output] = [child.stdio[3] as Writable, child.stdio[4] as Readable]
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let lastId = 0
  let text = ''
  output.setEncoding('utf8').on('data', (chunk: string) => {
    const messages = (text + chunk).split('\0')
    text = messages.pop() ?? ''
    for (const message of messages) {
      const { id = 0, result, error } = JSON.parse(message) as Reply
      if (error) waiting.get(id)?.reject(new Error(`Chromium: ${error.message}`))
      else waiting.get(id)?.resolve(result)
    }
  })
  // Told by `exit`.
  input.on('error', () => undefined)
  child.once('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`Chromium ended (${code ?? signal})`))
  })

  return {
    async send<Result>(method: string, params: object = {}, sessionId?: string) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error('Chromium has ended')
      const reply = Promise.withResolvers<unknown>()
      const id = ++lastId
      waiting.set(id, reply)
      input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
      const giveUp = () => reply.reject(new Error(`Chromium does not answer ${method} in ${REPLY_TIMEOUT_MS} ms`))
      const late = setTimeout(giveUp, REPLY_TIMEOUT_MS)
      try {
        // As the protocol has it for this method.
        return (await reply.promise) as Result
      } finally {
        clearTimeout(late)
        waiting.delete(id)
      }
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        const isGone = once(child, 'exit')
        child.kill('SIGKILL')
        await isGone
      }
      rmSync(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
