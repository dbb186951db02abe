import { randomBytes } from 'node:crypto'

/** UUIDv7 (RFC 9562 §5.7) of this moment, or of `unixMs` where history is being written. */
export function newId(unixMs: number = Date.now()): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(unixMs, 0, 6)
  bytes.writeUInt8(((bytes[6] ?? 0) & 0x0f) | 0x70, 6)
  bytes.writeUInt8(((bytes[8] ?? 0) & 0x3f) | 0x80, 8)
  return uuidOf(bytes)
}

/** When an id was made, Unix time. */
export function bornAtMs(id: string): number {
  return parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

/** As text, of its sixteen bytes. */
export function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** 128 random bits, hex: the directory of one photo's files, which nobody can guess. */
export function newMediaKey(): string {
  return randomBytes(16).toString('hex')
}

export const UUID_CHARS = 36

/** Ids of a text that holds nothing else, parted by one character each; none of an empty one. */
export function splitIds(text: string): string[] {
  const bytes = Buffer.from(text, 'latin1')
  const ids: string[] = []
  for (let at = 0; at < bytes.length; at += UUID_CHARS + 1) ids.push(bytes.toString('latin1', at, at + UUID_CHARS))
  return ids
}

/** How many `splitIds` finds. */
export function countIds(text: string): number {
  return Math.floor((text.length + 1) / (UUID_CHARS + 1))
}

/** ASCII that was cut out of a text, by itself: V8 makes a cutting a view of the whole, which it keeps alive and compares slowly. */
export function detached(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}
