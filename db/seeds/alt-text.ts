import { thumbHashToAverageRGBA } from 'thumbhash'
import { EVERYDAY, type Subject } from './words/captions.ts'

const HUES: readonly (readonly [upToDegrees: number, name: string])[] = [
  [18, 'red'],
  [45, 'orange'],
  [70, 'yellow'],
  [165, 'green'],
  [200, 'turquoise'],
  [255, 'blue'],
  [290, 'violet'],
  [335, 'pink'],
  [360, 'red'],
]

/** What can be said without having seen it: subject, dominant colour and format. */
export function describePicture(
  subject: Subject,
  picture: { width: number; height: number; thumbhash: string },
): string {
  const { r, g, b } = thumbHashToAverageRGBA(Buffer.from(picture.thumbhash, 'base64'))
  const colour = `mostly ${colourName(r, g, b)}`
  if (subject !== EVERYDAY) return `${subject.noun}, ${colour}`
  const ratio = picture.width / picture.height
  const format = ratio > 1.1 ? 'landscape format' : ratio < 0.9 ? 'portrait format' : 'square format'
  return `${subject.noun} in ${format}, ${colour}`
}

/** Channels from 0 to 1. */
export function colourName(red: number, green: number, blue: number): string {
  const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)]
  const lightness = (most + least) / 2
  const chroma = most - least
  const shade = lightness > 0.7 ? 'light ' : lightness < 0.3 ? 'dark ' : ''
  if (chroma < 0.06) return `${shade}grey`
  const sector =
    most === red ? (green - blue) / chroma : most === green ? 2 + (blue - red) / chroma : 4 + (red - green) / chroma
  const degrees = (sector * 60 + 360) % 360
  const name = HUES.find(([upTo]) => degrees < upTo)?.[1] ?? 'red'
  return `${shade}${chroma < 0.18 ? 'muted ' : ''}${name === 'orange' && lightness < 0.45 ? 'brown' : name}`
}
