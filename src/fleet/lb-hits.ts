import { open, type FileHandle } from 'node:fs/promises'
import type { Metrics } from '../platform/metrics.ts'

const CHUNK_BYTES = 256 * 1024
const KINDS: readonly (readonly [start: string, kind: string])[] = [
  ['/api/explore', 'explore'],
  ['/api/photos/', 'photo'],
  ['/api/accounts/', 'profile'],
]

/** One look-up of NGINX's cache, by a line of its access log. Null: that request was answered without looking. */
export function lookupIn(line: string): { kind: string; outcome: 'hit' | 'miss' } | null {
  const status = valueOf(line, 'cache', line.lastIndexOf('"cache":"'))
  const own = status.slice(status.lastIndexOf('lb; '))
  if (!own.startsWith('lb; ') || own.startsWith('lb; fwd=bypass')) return null
  const uri = valueOf(line, 'uri', line.indexOf('"uri":"'))
  const kind = KINDS.find(([start]) => uri.startsWith(start))?.[1] ?? 'other'
  return { kind, outcome: own.startsWith('lb; hit') ? 'hit' : 'miss' }
}

function valueOf(line: string, name: string, at: number): string {
  if (at === -1) return ''
  const start = at + name.length + 4
  return line.slice(start, line.indexOf('"', start))
}

/**
 * Counts what NGINX's cache did, from its access log: NGINX itself counts no hits. `read` takes what was written since the
 * last call, also to a file that was moved aside meanwhile.
 */
export function createLbHits(path: string, metrics: Pick<Metrics, 'cacheRequest'>) {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
  let current: Tail | null = null
  let movedAside: Tail | null = null

  async function drain(tail: Tail): Promise<void> {
    for (;;) {
      const { bytesRead } = await tail.file.read(buffer, 0, CHUNK_BYTES, tail.position)
      if (bytesRead === 0) return
      tail.position += bytesRead
      const lines = (tail.rest + buffer.toString('latin1', 0, bytesRead)).split('\n')
      tail.rest = lines.pop() ?? ''
      for (const line of lines) {
        const lookup = lookupIn(line)
        if (lookup) metrics.cacheRequest('lb', lookup.kind, lookup.outcome)
      }
    }
  }

  return {
    async read(): Promise<void> {
      // NGINX's workers write to the old file until they have heard of the new one: it is read once more a call later.
      if (movedAside) {
        await drain(movedAside)
        await movedAside.file.close()
        movedAside = null
      }
      const found = await openTail(path)
      if (found && current?.inode === found.inode) {
        await found.file.close()
        // Cut short in place, as an operator may do.
        if (found.size < current.position) current.position = 0
      } else if (found) {
        if (current) await drain((movedAside = current))
        // What was there before this process is not its to count.
        else found.position = found.size
        current = found
      }
      if (current) await drain(current)
    },
    async [Symbol.asyncDispose]() {
      await current?.file.close()
      await movedAside?.file.close()
    },
  }
}

interface Tail {
  file: FileHandle
  inode: number
  size: number
  position: number
  rest: string
}

async function openTail(path: string): Promise<Tail | null> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (!file) return null
  const { ino, size } = await file.stat()
  return { file, inode: ino, size, position: 0, rest: '' }
}
