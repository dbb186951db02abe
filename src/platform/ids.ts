import { randomBytes } from 'node:crypto'

/** UUIDv7 (RFC 9562 §5.7) of this moment, or of `unixMs` where history is being written. */
export function newId(unixMs: number = Date.now()): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(unixMs, 0, 6)
  bytes.writeUInt8(((bytes[6] ?? 0) & 0x0f) | 0x70, 6)
  bytes.writeUInt8(((bytes[8] ?? 0) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** 128 random bits, hex: the directory of one photo's files, which nobody can guess. */
export function newMediaKey(): string {
  return randomBytes(16).toString('hex')
}
