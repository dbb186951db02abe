import { createHash } from 'node:crypto'
import sharp from 'sharp'

/** A JPEG that differs from that of every other `seed`. */
export function jpeg(seed = 'one', { width = 400, height = 300 } = {}): Promise<Buffer> {
  const [r = 0, g = 0, b = 0] = createHash('sha256').update(seed).digest()
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .jpeg()
    .toBuffer()
}
