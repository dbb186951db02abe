import { createHash } from 'node:crypto'

/** What of a UUIDv7 comes after its time: the same in every run for the same name, so that a repeated run meets its own rows. */
export function idTail(...name: readonly (string | number)[]): string {
  const bytes = createHash('sha256').update(name.join('/')).digest().subarray(0, 10)
  bytes.writeUInt8((bytes.readUInt8(0) & 0x0f) | 0x70, 0)
  bytes.writeUInt8((bytes.readUInt8(2) & 0x3f) | 0x80, 2)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 4)}-${hex.slice(4, 8)}-${hex.slice(8)}`
}

/** The UUIDv7 of that moment with that tail. */
export function idAt(unixMs: number, tail: string): string {
  const time = unixMs.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-${tail}`
}

/** The moment that a UUIDv7 names. */
export function unixMsOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

/** A media key that is the same in every run, so that files which an interrupted run
 *  left behind are taken up by the next. Whoever knows the seed can tell it: what is seeded is no secret. */
export function seededMediaKey(...name: readonly (string | number)[]): string {
  return createHash('sha256')
    .update(`media/${name.join('/')}`)
    .digest('hex')
    .slice(0, 32)
}
