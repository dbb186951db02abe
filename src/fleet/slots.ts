import { link, lstat, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

const SOCKET_NAME = /^app-(\d\d)\.sock$/

/** Where app servers listen (`apps`) and what the load balancer connects to (`slots`): two names of the same socket. */
export interface SlotDirectories {
  apps: string
  slots: string
}

export function slotDirectories(stateDirectory: string): SlotDirectories {
  return { apps: join(stateDirectory, 'run/apps'), slots: join(stateDirectory, 'run/slots') }
}

export function socketPath(directory: string, slot: string): string {
  return join(directory, `app-${slot}.sock`)
}

/** Slot → identity of the socket file in `directory`. Two names of one socket have the same identity. */
export async function readSockets(directory: string): Promise<Map<string, string>> {
  const sockets = new Map<string, string>()
  for (const name of (await readdir(directory)).sort()) {
    const slot = SOCKET_NAME.exec(name)?.[1]
    const socketId = slot && (await socketIdOf(join(directory, name)))
    if (slot && socketId) sockets.set(slot, socketId)
  }
  return sockets
}

async function socketIdOf(path: string): Promise<string | null> {
  try {
    return String((await lstat(path)).ino)
  } catch {
    return null
  }
}

/** The load balancer sees the app server from here on. Replaces what was in the slot without a moment in which it is empty. */
export async function joinSlot(directories: SlotDirectories, slot: string): Promise<void> {
  const temporary = join(directories.slots, `.join-${slot}`)
  await rm(temporary, { force: true })
  await link(socketPath(directories.apps, slot), temporary)
  await rename(temporary, socketPath(directories.slots, slot))
  // @NOTE renaming one name of a file over another name of the same file does nothing: the first would stay.
  await rm(temporary, { force: true })
}

export async function leaveSlot(directories: SlotDirectories, slot: string): Promise<void> {
  await rm(socketPath(directories.slots, slot), { force: true })
}

/** Removes the socket of a dead app server, unless a new one listens there by now. */
export async function sweepSocket(directories: SlotDirectories, slot: string, socketId: string): Promise<void> {
  const path = socketPath(directories.apps, slot)
  if ((await socketIdOf(path)) === socketId) await rm(path, { force: true })
}
