import { IMAGE_MAX_PIXELS, IMAGE_MAX_SIDE_PX, UPLOAD_MAX_BYTES } from '../../contract/limits.ts'
import { formatBytes } from '../ui/numbers.ts'

const TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif', 'image/heic', 'image/heif']
const EXTENSIONS = /\.(jpe?g|png|webp|avif|gif|hei[cf])$/i
const MEGA = 1_000_000

/** For the file dialog. Extensions too: some systems know no type for HEIC. */
export const ACCEPT = [...TYPES, '.heic', '.heif'].join(',')

/** Why a file would be refused, and what to do, found out before anything is sent; undefined when it may be sent. */
export function refusal(file: Pick<File, 'name' | 'type' | 'size'>): string | undefined {
  if (file.size === 0)
    return 'This file is empty. It may still be downloading from a cloud: open it once, then choose it again.'
  if (file.type.startsWith('video/')) return 'This is a video. MiniGram takes photographs only.'
  if (!TYPES.includes(file.type) && !EXTENSIONS.test(file.name))
    return 'This is not a picture that MiniGram can read. JPEG, PNG, WebP, AVIF, GIF and HEIC are fine.'
  if (file.size > UPLOAD_MAX_BYTES)
    return `${formatBytes(file.size)} is more than the ${formatBytes(UPLOAD_MAX_BYTES)} that fit. Export it smaller or as JPEG.`
  return undefined
}

/** The same for a picture that the browser could open. */
export function sizeRefusal(widthPx: number, heightPx: number): string | undefined {
  const pixels = widthPx * heightPx
  if (pixels > IMAGE_MAX_PIXELS)
    return `${Math.round(pixels / MEGA)} megapixels are more than the ${IMAGE_MAX_PIXELS / MEGA} that fit. Export it smaller.`
  if (Math.max(widthPx, heightPx) > IMAGE_MAX_SIDE_PX)
    return `A side of ${Math.max(widthPx, heightPx)} pixels is more than the ${IMAGE_MAX_SIDE_PX} that fit. Export it smaller.`
  return undefined
}

/** Browsers show everything that we take but HEIC. */
export function canPreview(file: Pick<File, 'name' | 'type'>): boolean {
  return !/hei[cf]/i.test(file.type) && !/\.hei[cf]$/i.test(file.name)
}
