import {
  IMAGE_MAX_PIXELS,
  IMAGE_MAX_PIXELS_HEIF,
  IMAGE_MAX_PIXELS_PROGRESSIVE,
  IMAGE_MAX_SIDE_PX,
} from '../../contract/limits.ts'
import { AppError } from '../../platform/errors.ts'

export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'heic'
/** What the first bytes can tell; only the header says whether a HEIF container holds AVIF or HEIC. */
export type Container = Exclude<PictureFormat, 'avif' | 'heic'> | 'heif'

const ACCEPTED = 'MiniGram takes JPEG, PNG, WebP, AVIF, GIF and HEIC pictures.'
const HEIF_BRANDS = new Set(['mif1', 'msf1', 'heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'avif', 'avis'])

/** Enough for every signature and the brands of a HEIF container. */
export const HEAD_BYTES = 512

/** The container by its first bytes; a file's name and content type claim, they prove nothing. @throws AppError */
export function containerOf(head: Buffer): Container {
  if (head.length === 0) throw new AppError('media.empty', 'The file has no bytes. Choose it again.')
  const text = head.toString('latin1')
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg'
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png'
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return 'webp'
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'gif'
  if (brandsOf(head).some((brand) => HEIF_BRANDS.has(brand))) return 'heif'
  throw unsupported(describe(text))
}

export function unsupported(what: string): AppError {
  return new AppError('media.unsupported', `${what} ${ACCEPTED}`)
}

function brandsOf(head: Buffer): string[] {
  if (head.length < 16 || head.toString('latin1', 4, 8) !== 'ftyp') return []
  const end = Math.min(head.readUInt32BE(0), head.length)
  const brands = [head.toString('latin1', 8, 12)]
  for (let at = 16; at + 4 <= end; at += 4) brands.push(head.toString('latin1', at, at + 4))
  return brands
}

function describe(text: string): string {
  if (/^\s*(\xef\xbb\xbf)?\s*<(\?xml|svg|!doctype svg|!--)/i.test(text)) return 'This is an SVG or XML file.'
  if (/^\s*<(!doctype )?html/i.test(text)) return 'This is a web page.'
  if (text.startsWith('%PDF')) return 'This is a PDF file.'
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) return 'This is a TIFF or raw camera file.'
  if (text.startsWith('ftyp', 4)) return 'This is a video.'
  return 'This file is not a picture that we know.'
}

/** Refuses what would cost too much to decode, from the header alone. @throws AppError media.too_many_pixels */
export function refuseTooManyPixels(
  format: PictureFormat,
  { width, height, progressive }: { width: number; height: number; progressive: boolean },
): void {
  const isHeif = format === 'heic' || format === 'avif'
  const isProgressive = format === 'jpeg' && progressive
  const maxPixels = isHeif ? IMAGE_MAX_PIXELS_HEIF : isProgressive ? IMAGE_MAX_PIXELS_PROGRESSIVE : IMAGE_MAX_PIXELS
  if (Math.max(width, height) <= IMAGE_MAX_SIDE_PX && width * height <= maxPixels) return
  const kind = isHeif ? 'HEIC and AVIF pictures' : isProgressive ? 'progressive JPEGs' : 'pictures'
  throw new AppError(
    'media.too_many_pixels',
    `This picture is ${count(width)} × ${count(height)} pixels; ${kind} may have ${maxPixels / 1e6} megapixels ` +
      `and ${count(IMAGE_MAX_SIDE_PX)} pixels a side. Make it smaller and try again.`,
  )
}

function count(value: number): string {
  return value.toLocaleString('en')
}
