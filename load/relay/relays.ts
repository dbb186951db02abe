import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Link } from './relay.ts'

export interface Relays extends AsyncDisposable {
  /** Where the links begin, in the order in which they were asked for. */
  ports: readonly number[]
}

/** Opens all links in one further process. */
export async function openRelays(links: readonly Link[]): Promise<Relays> {
  const child = fork(join(import.meta.dirname, 'relay-process.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  child.send(links)
  const first = await Promise.race([
    once(child, 'message').then(([message]) => ({ ports: message as number[] })), // @NOTE relay-process.ts sends the ports
    once(child, 'exit').then(([code]) => ({
      error: new Error(`the relays did not start (exit code ${String(code)})`),
    })),
  ])
  if ('error' in first) throw first.error
  return {
    ports: first.ports,
    async [Symbol.asyncDispose]() {
      if (!child.connected) return
      const isGone = once(child, 'exit')
      child.disconnect()
      await isGone
    },
  }
}
