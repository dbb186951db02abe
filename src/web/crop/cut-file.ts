import { UPLOAD_MAX_BYTES } from '../../contract/limits.ts'
import { turned, type Cut } from './crop-geometry.ts'

/** Three times the widest rendition, and below the 16.7 megapixels that an iPhone's canvas holds. */
const LONG_SIDE_MAX_PX = 4000
/** Above this a JPEG grows without looking better; the server encodes once more. */
const JPEG_QUALITY = 0.95
/** May be see-through or drawn with hard edges, which JPEG does not keep. */
const KEPT_AS_PNG = new Set(['image/png', 'image/gif'])

/** This part of the picture as a file of its own, upright, without its place and camera data. @throws when the browser cannot read it */
export async function cutFile(file: File, cut: Cut): Promise<File> {
  const picture = await createImageBitmap(file)
  const scale = Math.min(1, LONG_SIDE_MAX_PX / Math.max(cut.width, cut.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(cut.width * scale))
  canvas.height = Math.max(1, Math.round(cut.height * scale))
  const context = canvas.getContext('2d')
  if (!context) throw new Error('no canvas')
  context.imageSmoothingQuality = 'high'
  const whole = turned(picture, cut.quarterTurns)
  context.scale(scale, scale)
  context.translate(whole.width / 2 - cut.x, whole.height / 2 - cut.y)
  context.rotate((cut.quarterTurns * Math.PI) / 2)
  context.drawImage(picture, -picture.width / 2, -picture.height / 2)
  picture.close()
  const png = KEPT_AS_PNG.has(file.type) ? await encode(canvas, 'image/png') : null
  const blob = png && png.size <= UPLOAD_MAX_BYTES ? png : await encode(onWhite(canvas), 'image/jpeg')
  const extension = blob.type === 'image/png' ? 'png' : 'jpg'
  return new File([blob], file.name.replace(/(\.\w+)?$/, `.${extension}`), { type: blob.type })
}

function encode(canvas: HTMLCanvasElement, type: string): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(`no ${type}`))), type, JPEG_QUALITY),
  )
}

/** JPEG would show what is see-through as black. */
function onWhite(canvas: HTMLCanvasElement): HTMLCanvasElement {
  const context = canvas.getContext('2d')
  if (!context) return canvas
  context.resetTransform()
  context.globalCompositeOperation = 'destination-over'
  context.fillStyle = '#fff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  return canvas
}
