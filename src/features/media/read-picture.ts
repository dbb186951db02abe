import { open } from 'node:fs/promises'
import sharp, { type Sharp } from 'sharp'
import { rgbaToThumbHash } from 'thumbhash'
import { IMAGE_MAX_PIXELS } from '../../contract/limits.ts'
import { AppError } from '../../platform/errors.ts'
import type { Inspection, PictureFacts, Source } from './image-jobs.ts'
import { containerOf, HEAD_BYTES, refuseTooManyPixels, unsupported, type PictureFormat } from './picture-format.ts'

/** What thumbhash takes at most. */
const THUMB_SIDE_PX = 100

/** The source turned upright, not yet decoded. Truncated and corrupt data fail; a camera's odd markers do not. */
export function openPicture({ path, isUpright }: Source): Sharp {
  const picture = sharp(path, { failOn: 'error', limitInputPixels: IMAGE_MAX_PIXELS, sequentialRead: true })
  return isUpright ? picture : picture.autoOrient()
}

/** The header of a picture that we accept; decodes nothing. @throws AppError media.* */
export async function describePicture({ path, isUpright }: Source): Promise<PictureFacts> {
  const container = containerOf(await readHead(path))
  // No pixel limit here: the header tells the size, and the refusal below names it.
  const header = await sharp(path, { failOn: 'error', limitInputPixels: false }).metadata()
  const { width, height } = isUpright ? header : header.autoOrient
  const format = container === 'heif' ? heifFormat(header.compression) : container
  if (header.format !== container) throw new AppError('media.undecodable', DAMAGED)
  refuseTooManyPixels(format, { width, height, progressive: header.isProgressive ?? false })
  const pages = header.pages ?? 1
  return { format, width, height, pages, primaryPage: header.pagePrimary ?? 0, hasAlpha: header.hasAlpha }
}

/** Decodes all of the picture, as small as its format allows, so that damage is found before anyone relies on it. */
export async function inspectPicture(source: Source): Promise<Inspection> {
  const { primaryPage: _, ...facts } = await describePicture(source)
  const { data, info } = await openPicture(source)
    .resize(THUMB_SIDE_PX, THUMB_SIDE_PX, { fit: 'inside' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { ...facts, thumbhash: Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64') }
}

export const DAMAGED = 'The picture is damaged or incomplete. Export or copy it again and send that.'

function heifFormat(compression: string | undefined): PictureFormat {
  if (compression === 'av1') return 'avif'
  if (compression === 'hevc') return 'heic'
  throw unsupported('This HEIF file uses a compression that we cannot read.')
}

async function readHead(path: string): Promise<Buffer> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
  return buffer.subarray(0, bytesRead)
}
