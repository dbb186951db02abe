/** HEIC → JPEG by WASM in a process that exits, since WASM memory never shrinks: `heic-process.ts SOURCE TARGET PAGE`. */
import { readFile, writeFile } from 'node:fs/promises'
import decode from 'heic-decode'
import sharp from 'sharp'

const [source = '', target = '', page = '0'] = process.argv.slice(2)
sharp.concurrency(1)
sharp.cache(false)

const images = await decode.all({ buffer: await readFile(source) })
const image = await (images[Number(page)] ?? images[0])?.decode()
if (!image) throw new Error('no image')
const jpeg = await sharp(image.data, { raw: { width: image.width, height: image.height, channels: 4 } })
  .removeAlpha()
  .jpeg({ quality: 95, optimiseCoding: false })
  .toBuffer()
const { icc } = await sharp(source).metadata()
await writeFile(target, icc ? withProfile(jpeg, icc) : jpeg, { mode: 0o600 })

/** The decoder leaves the colours in the picture's own space: the JPEG has to say which that is.
 *  sharp would convert rather than label. One APP2 segment holds 65,519 bytes; camera profiles have some 500. */
function withProfile(jpeg: Buffer, icc: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), icc])
  if (body.length > 65_533) return jpeg
  const head = Buffer.from([0xff, 0xe2, 0, 0])
  head.writeUInt16BE(body.length + 2, 2)
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)])
}
