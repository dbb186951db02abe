import { link } from 'node:fs/promises'
import { join } from 'node:path'
import sharp, { type OutputInfo, type Sharp } from 'sharp'
import { AVATAR_WIDTH_PX, RENDITION_WIDTHS } from '../../contract/limits.ts'
import type { PictureFacts, Rendered, Source, StoredRendition } from './image-jobs.ts'
import { writeSynced } from './place-files.ts'
import { describePicture, openPicture } from './read-picture.ts'

/** The master keeps a 16 MP photo whole. Encoding WebP with alpha takes four times the memory of JPEG. */
const MASTER_MAX_PIXELS = { opaque: 16_000_000, alpha: 8_000_000 }
/** A very long screenshot keeps its proportions within this; it bounds what its AVIF costs to encode. */
const RENDITION_MAX_HEIGHT_PX = 8_192
const WHITE = '#ffffff'

interface Pixels {
  data: Buffer
  info: OutputInfo
}

/** Writes the master and the JPEG and WebP renditions into `directory`, which must be empty.
 *  The source is decoded once; each width is made from the next larger one. */
export async function renderPicture({ directory, ...source }: Source & { directory: string }): Promise<Rendered> {
  const facts = await describePicture(source)
  const { data, info } = await encodeMaster(openPicture(source), facts)
  await writeSynced(join(directory, facts.hasAlpha ? 'master.webp' : 'master.jpg'), data)
  const renditions = await writeRenditions(data, directory, ENCODERS)
  return { width: info.width, height: info.height, renditions }
}

/** The AVIF renditions of a master, written into `directory`. */
export async function renderAvif(job: { master: string; directory: string }): Promise<StoredRendition[]> {
  return writeRenditions(job.master, job.directory, AVIF_ENCODER)
}

/** A square from the centre. */
export async function renderAvatar({ directory, ...source }: Source & { directory: string }): Promise<StoredRendition> {
  await describePicture(source)
  const { data } = await openPicture(source)
    .resize(AVATAR_WIDTH_PX, AVATAR_WIDTH_PX, { fit: 'cover', position: 'centre' })
    .toColourspace('srgb')
    .webp({ quality: 82 })
    .toBuffer({ resolveWithObject: true })
  const fileName = `${AVATAR_WIDTH_PX}.webp`
  await writeSynced(join(directory, fileName), data)
  const side = { pixelWidth: AVATAR_WIDTH_PX, pixelHeight: AVATAR_WIDTH_PX }
  return { width: AVATAR_WIDTH_PX, format: 'webp', fileName, ...side, sizeBytes: data.length }
}

function encodeMaster(upright: Sharp, { width, height, hasAlpha }: PictureFacts) {
  const maxPixels = hasAlpha ? MASTER_MAX_PIXELS.alpha : MASTER_MAX_PIXELS.opaque
  const scale = Math.min(1, Math.sqrt(maxPixels / (width * height)))
  const picture = upright
    .resize(Math.ceil(width * scale), Math.ceil(height * scale), { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
  // Optimal Huffman tables would keep all coefficients in memory, for 4 % of the size.
  const master = hasAlpha
    ? picture.webp({ quality: 90, effort: 0 })
    : picture.jpeg({ quality: 90, chromaSubsampling: '4:2:0', optimiseCoding: false })
  return master.toBuffer({ resolveWithObject: true })
}

type Encoder = { format: StoredRendition['format']; extension: string; encode: (picture: Sharp) => Sharp }

/** What more effort costs and saves: docs/tuning.md. */
const ENCODERS: Encoder[] = [
  {
    format: 'jpeg',
    extension: 'jpg',
    encode: (picture) => picture.flatten({ background: WHITE }).jpeg({ quality: 80, optimiseCoding: false }),
  },
  { format: 'webp', extension: 'webp', encode: (picture) => picture.webp({ quality: 78, effort: 2 }) },
]
const AVIF_ENCODER: Encoder[] = [
  {
    format: 'avif',
    extension: 'avif',
    encode: (picture) => picture.avif({ quality: 54, effort: 0, chromaSubsampling: '4:2:0' }),
  },
]

async function writeRenditions(master: Buffer | string, directory: string, encoders: Encoder[]) {
  const written: StoredRendition[] = []
  let pixels: Pixels | undefined
  for (const width of RENDITION_WIDTHS.toReversed()) {
    const narrower: Pixels = await narrow(pixels, master, width)
    const isSame = pixels !== undefined && narrower.info.width === pixels.info.width
    pixels = narrower
    for (const { format, extension, encode } of encoders) {
      const fileName = `${width}.${extension}`
      const twin = isSame ? written.find((rendition) => rendition.format === format) : undefined
      if (twin) await link(join(directory, twin.fileName), join(directory, fileName))
      const sizeBytes = twin?.sizeBytes ?? (await store(join(directory, fileName), encode(fromPixels(narrower))))
      const size = { pixelWidth: narrower.info.width, pixelHeight: narrower.info.height, sizeBytes }
      written.push({ width, format, fileName, ...size })
    }
  }
  return written.toSorted((a, b) => a.width - b.width)
}

async function store(path: string, picture: Sharp): Promise<number> {
  const data = await picture.toBuffer()
  await writeSynced(path, data)
  return data.length
}

function narrow(pixels: Pixels | undefined, master: Buffer | string, width: number): Promise<Pixels> {
  if (pixels && pixels.info.width <= width) return Promise.resolve(pixels)
  return (pixels ? fromPixels(pixels) : sharp(master, { sequentialRead: true }))
    .resize({ width, height: RENDITION_MAX_HEIGHT_PX, fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true })
}

function fromPixels({ data, info: { width, height, channels } }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels } })
}
