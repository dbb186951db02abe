import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import sharp from 'sharp'
import { thumbHashToApproximateAspectRatio } from 'thumbhash'
import { AppError } from '../../platform/errors.ts'
import { createLog } from '../../platform/log.ts'
import { generatedPicture } from './generated-picture.ts'
import { IMAGE_PROCESS_MAX_BYTES } from './image-worker.ts'
import { createMedia, type Rendered } from './media.service.ts'

/** A directory of real photos, camera/ and hostile/; generated pictures serve where there is none. */
const PHOTOS = process.env['MINIGRAM_PHOTOS'] ?? join(import.meta.dirname, '../../../../shared/photos')
const IS_FULL = process.env['MINIGRAM_TEST_FULL'] === '1'
/** One for each way in which a camera's file can be unusual. */
const REPRESENTATIVE =
  /IMG_5195|samplefilehub|canon-ixus|DSCN0010|canon_hdr_NO|HMD_Nokia_8.3_5G.jpg|concert|gain-map|p3.png|5_webp_a|paper|cosmos/

const log = createLog('test', 'silent')
const base = await mkdtemp(join(tmpdir(), 'minigram-media-'))
const spool = join(base, 'spool')
const media = createMedia({ mediaDirectory: join(base, 'media'), log })
await Promise.all([mkdir(spool), mkdir(join(base, 'media'))])
after(async () => {
  await media[Symbol.asyncDispose]()
  await rm(base, { recursive: true })
})

let keys = 0
const newDirectory = () => media.directoryOf(String((keys += 1)).padStart(32, '0'))

async function spooled(content: string | Uint8Array): Promise<string> {
  const path = join(spool, `upload-${(keys += 1)}`)
  if (typeof content === 'string') await copyFile(content, path)
  else await writeFile(path, content)
  return path
}

async function photosIn(t: TestContext, folder: string): Promise<string[]> {
  const directory = join(PHOTOS, folder)
  if (existsSync(directory)) return (await readdir(directory)).toSorted().map((name) => join(directory, name))
  t.diagnostic(`${folder}: no such photos here, generated ones serve`)
  return []
}

/** A sideways photo with everything in it that must not get out. */
async function phonePhoto(seed: number, orientation = 6): Promise<Buffer> {
  return sharp(await generatedPicture(seed))
    .withExif({
      IFD0: { Make: 'SecretPhone', Artist: 'Nobody' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 12/1' },
    })
    .withXmp('<?xpacket begin="" id="x"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><note>SecretPlace</note></x:xmpmeta>')
    .withIccProfile('p3')
    .withMetadata({ orientation })
    .jpeg()
    .toBuffer()
}

/** Every file is there under its name, of its promised size, and holds nothing but pixels. */
async function assertClean(directory: string, { renditions }: Pick<Rendered, 'renditions'>, sourceWidth: number) {
  for (const rendition of renditions) {
    const file = await readFile(join(directory, rendition.fileName))
    const found = await sharp(file).metadata()
    assert.equal(found.format === 'heif' ? 'avif' : found.format, rendition.format)
    assert.deepEqual(
      [found.width, found.height, file.length],
      [rendition.pixelWidth, rendition.pixelHeight, rendition.sizeBytes],
    )
    assert.ok(found.width <= Math.min(rendition.width, sourceWidth), `${rendition.fileName} is ${found.width} wide`)
  }
  for (const name of await readdir(directory)) {
    const file = await readFile(join(directory, name))
    const { exif, xmp, iptc, icc, gainMap, comments, orientation } = await sharp(file).metadata()
    const kept = Object.entries({ exif, xmp, iptc, icc, gainMap, comments, orientation }).filter(([, value]) => value)
    assert.deepEqual(kept, [], name)
    assert.doesNotMatch(file.toString('latin1'), /Exif\0|SecretP|http:\/\/ns\.adobe\.com|GPSLatitude/, name)
    assert.equal((await stat(join(directory, name))).mode & 0o777, 0o644)
  }
  assert.equal((await stat(directory)).mode & 0o777, 0o755)
}

async function pixelsOf(path: string): Promise<Buffer> {
  return sharp(path).resize(160, 120, { fit: 'fill' }).removeAlpha().toColourspace('srgb').raw().toBuffer()
}

function meanDifference(a: Buffer, b: Buffer): number {
  assert.equal(a.length, b.length)
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / a.length
}

test('what cameras write comes out upright, in three widths, with nothing but pixels', async (t) => {
  const photos = await photosIn(t, 'camera')
  const sources = [...photos, await phonePhoto(1), await phonePhoto(4, 3), await generatedPicture(2)]
  let rendered = 0
  for (const source of sources) {
    const path = await spooled(source)
    const inspection = await media.inspect(path)
    const ratio = inspection.width / inspection.height
    const hashed = thumbHashToApproximateAspectRatio(Buffer.from(inspection.thumbhash, 'base64'))
    assert.ok(ratio > 1.2 ? hashed > 1 : ratio < 0.83 ? hashed < 1 : true, `${String(source)} lies on its side`)
    if (typeof source === 'string' && !IS_FULL && !REPRESENTATIVE.test(source)) continue
    rendered += 1
    const directory = newDirectory()
    const result = await media.render(path, directory)
    assert.ok(Math.abs(result.width / result.height - ratio) < 0.01, `${result.width} x ${result.height}`)
    assert.deepEqual(
      result.renditions.map(({ fileName }) => fileName),
      ['320.jpg', '320.webp', '640.jpg', '640.webp', '1280.jpg', '1280.webp'],
    )
    const avif = IS_FULL || rendered % 4 === 0 ? await media.renderAvif(directory) : []
    await assertClean(directory, { renditions: [...result.renditions, ...avif] }, inspection.width)
  }
  t.diagnostic(`${sources.length} inspected, ${rendered} rendered`)
})

test('the eight EXIF orientations of one scene come out alike', async (t) => {
  const scenes = (await photosIn(t, 'camera')).filter((path) => /orientation-(landscape|portrait)_\d/.test(path))
  for (const scene of scenes.length ? ['landscape', 'portrait'] : []) {
    const pictures: Buffer[] = []
    for (const photo of scenes.filter((path) => path.includes(scene))) {
      const directory = newDirectory()
      await media.render(await spooled(photo), directory)
      pictures.push(await pixelsOf(join(directory, '320.webp')))
    }
    const [first = Buffer.alloc(0), ...others] = pictures
    const worst = Math.max(...others.map((picture) => meanDifference(first, picture)))
    t.diagnostic(`${scene}: mean difference at most ${worst.toFixed(1)} of 255`)
    assert.ok(worst < 8, `${scene}: ${worst}`)
  }
})

test('a HEIC comes out the same with and without heif-convert', async (t) => {
  const photo = (await photosIn(t, 'camera')).find((path) => path.includes('IMG_5195'))
  if (!photo) return t.skip('no HEIC here')
  await using fallback = createMedia({ mediaDirectory: join(base, 'media'), log, heifConvert: null })
  const [one, other] = [newDirectory(), newDirectory()]
  const path = await spooled(photo)
  const sizes = [await media.render(path, one), await fallback.render(path, other)]
  assert.deepEqual(sizes[0]?.height, sizes[1]?.height)
  const difference = meanDifference(await pixelsOf(join(one, '640.webp')), await pixelsOf(join(other, '640.webp')))
  assert.ok(difference < 3, `mean difference ${difference}`)
})

test('hostile files get a sentence or a correct picture', async (t) => {
  const photo = await phonePhoto(3)
  const png = await sharp(photo).resize(600).png().toBuffer()
  const webp = await sharp(photo).resize(600).webp().toBuffer()
  const gif = await sharp(photo).resize(300).gif().toBuffer()
  const bomb = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: '#123' } })
    .png()
    .toBuffer()
  const long = await sharp({ create: { width: 16_385, height: 1, channels: 3, background: '#123' } })
    .png()
    .toBuffer()
  const must: [name: string, content: Buffer, code: string][] = [
    ['nothing', Buffer.alloc(0), 'media.empty'],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), 'media.unsupported'],
    ['SVG behind a comment', Buffer.from('\n<!-- x --><svg/>'), 'media.unsupported'],
    ['PDF', Buffer.from('%PDF-1.7'), 'media.unsupported'],
    ['TIFF', await sharp(png).tiff().toBuffer(), 'media.unsupported'],
    ['video', Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1'), 'media.unsupported'],
    ['noise', Buffer.alloc(5000, 'noise'), 'media.unsupported'],
    ['a bare signature', Buffer.from([0xff, 0xd8, 0xff]), 'media.undecodable'],
    ['an empty HEIF', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'), 'media.undecodable'],
    ['too many pixels', bomb, 'media.too_many_pixels'],
    ['too long a side', long, 'media.too_many_pixels'],
  ]
  for (const [name, whole] of Object.entries({ jpeg: photo, png, webp, gif })) {
    for (const share of [0.5, 0.98]) {
      must.push([`${name} cut at ${share}`, whole.subarray(0, whole.length * share), 'media.undecodable'])
    }
  }
  for (const [name, content, code] of must) {
    const error = await media.inspect(await spooled(content)).catch((thrown: unknown) => thrown)
    assert.ok(error instanceof AppError, `${name}: ${String(error)}`)
    assert.equal(error.code, code, name)
    assert.match(error.detail ?? '', /^[A-Z].{15,}\.$/, name)
  }
  for (const photo of await photosIn(t, 'hostile')) {
    const path = await spooled(photo)
    try {
      const { width } = await media.inspect(path)
      const directory = newDirectory()
      await assertClean(directory, await media.render(path, directory), width)
    } catch (error) {
      assert.ok(error instanceof AppError && error.status >= 400 && error.status < 500, `${photo}: ${String(error)}`)
      assert.match(error.detail ?? '', /^[A-Z].{15,}\.$/, photo)
      if (photo.endsWith('.svg')) assert.equal(error.code, 'media.unsupported')
    }
  }
})

test('16 bits, CMYK, greyscale, palettes and animations become plain sRGB pictures', async () => {
  const picture = sharp(await generatedPicture(7)).resize(500)
  const unusual = {
    deep: await picture.clone().toColourspace('rgb16').png().toBuffer(),
    cmyk: await picture.clone().toColourspace('cmyk').jpeg().toBuffer(),
    grey: await picture.clone().greyscale().png().toBuffer(),
    palette: await picture.clone().png({ palette: true }).toBuffer(),
    animation: await sharp([await picture.clone().png().toBuffer(), await picture.clone().negate().png().toBuffer()], {
      join: { animated: true },
    })
      .webp()
      .toBuffer(),
  }
  const expected = await pixelsOf(await spooled(await picture.clone().png().toBuffer()))
  for (const [name, content] of Object.entries(unusual)) {
    const path = await spooled(content)
    const { pages } = await media.inspect(path)
    assert.equal(pages, name === 'animation' ? 2 : 1)
    const directory = newDirectory()
    await assertClean(directory, await media.render(path, directory), 500)
    const difference = meanDifference(await pixelsOf(join(directory, '1280.webp')), expected)
    assert.ok(difference < (name === 'grey' ? 60 : 9), `${name}: ${difference}`)
  }
})

test('transparency stays in WebP and AVIF and turns white in JPEG', async () => {
  const path = await spooled(
    await sharp({ create: { width: 700, height: 700, channels: 4, background: '#ff000000' } })
      .png()
      .toBuffer(),
  )
  assert.equal((await media.inspect(path)).hasAlpha, true)
  const directory = newDirectory()
  await media.render(path, directory)
  await media.renderAvif(directory)
  const corner = async (name: string) => [
    ...(await sharp(join(directory, name)).ensureAlpha().raw().toBuffer()).subarray(0, 4),
  ]
  assert.deepEqual(await corner('320.jpg'), [255, 255, 255, 255])
  assert.equal((await corner('320.webp'))[3], 0)
  assert.equal((await corner('320.avif'))[3], 0)
})

test('a render may run twice, and an erased picture stays erased', async () => {
  const [path, directory] = [await spooled(await phonePhoto(9)), newDirectory()]
  const first = await media.render(path, directory)
  assert.deepEqual(await media.render(path, directory), first)
  const avif = await media.renderAvif(directory)
  assert.deepEqual(
    avif.map(({ fileName }) => fileName),
    ['320.avif', '640.avif', '1280.avif'],
  )
  await assertClean(directory, { renditions: [...first.renditions, ...avif] }, first.width)
  await media.erase(directory)
  await media.erase(directory)
  assert.equal(existsSync(directory), false)
  assert.deepEqual(await media.renderAvif(directory), [])
  assert.equal(existsSync(directory), false)
  await assert.rejects(media.erase(base), /not in the media directory/)
  assert.throws(() => media.directoryOf('../spool'), /not a media key/)
})

test('an avatar is a clean square', async () => {
  const directory = newDirectory()
  const avatar = await media.renderAvatar(await spooled(await phonePhoto(5)), directory)
  assert.deepEqual([avatar.fileName, avatar.pixelWidth, avatar.pixelHeight], ['256.webp', 256, 256])
  await assertClean(directory, { renditions: [avatar] }, 256)
})

test('a lost file is our failure, not the picture’s', async () => {
  await assert.rejects(media.inspect(join(spool, 'nowhere')), { code: 'ENOENT' })
})

test('no picture so far took more memory than an image process may, and nothing was left behind', async (t) => {
  const peakBytes = media.imageProcess.peakBytes()
  t.diagnostic(`peak of the image process: ${Math.round(peakBytes / 1024 / 1024)} MiB`)
  assert.ok(peakBytes > 0 && peakBytes <= IMAGE_PROCESS_MAX_BYTES, `${peakBytes}`)
  assert.deepEqual(await readdir(join(base, 'media', '.partial')), [])
  assert.deepEqual(
    (await readdir(spool)).filter((name) => name.startsWith('.')),
    [],
  )
})
