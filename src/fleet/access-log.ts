import { readFile, rename, stat } from 'node:fs/promises'

const ROTATE_AT_BYTES = 32 * 1024 * 1024
const KEPT = 3

/** Moves a large access log aside (`.1` to `.3`) and has NGINX open a new one: nothing else bounds this file. */
export async function rotateAccessLog(path: string, nginxPidFile: string): Promise<boolean> {
  const isLarge = await stat(path).then(
    ({ size }) => size > ROTATE_AT_BYTES,
    () => false,
  )
  if (!isLarge) return false
  const pid = Number(await readFile(nginxPidFile, 'utf8'))
  for (let age = KEPT - 1; age >= 1; age -= 1) await rename(`${path}.${age}`, `${path}.${age + 1}`).catch(ignoreAbsent)
  await rename(path, `${path}.1`)
  process.kill(pid, 'SIGUSR1')
  return true
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
