import type { ChildProcess } from 'node:child_process'

const children = new Set<ChildProcess>()
const controller = new AbortController()

/** Aborted by the first Ctrl-C or SIGTERM: whoever waits stops waiting, and every `finally` runs. */
export const interruption: AbortSignal = controller.signal

/** From now on a signal ends running commands and waits in order; a second one ends this process at once. */
export function handleInterruption(): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted && name !== 'SIGHUP') process.exit(130)
      controller.abort(new Error('interrupted'))
      endChildren()
    })
  }
}

/** `child` is ended when this command is interrupted. */
export function endWithUs(child: ChildProcess): void {
  children.add(child)
  child.on('close', () => children.delete(child))
}

/** Asks every running child to end. */
export function endChildren(): void {
  for (const child of children) child.kill('SIGTERM')
}
