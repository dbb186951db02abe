import type { ErrorCode } from '../../contract/errors.ts'
import type { PictureFormat } from './picture-format.ts'

/** A picture to decode. `isUpright`: a converter has turned it already, so an orientation tag in it is a lie. */
export interface Source {
  path: string
  isUpright: boolean
}

/** What the header says. */
export interface PictureFacts {
  format: PictureFormat
  /** Of the picture as a person sees it: orientation applied. */
  width: number
  height: number
  /** Frames or images in the file; we use the first of an animation and the primary of a HEIC. */
  pages: number
  primaryPage: number
  hasAlpha: boolean
}

export interface Inspection extends Omit<PictureFacts, 'primaryPage'> {
  /** Base64; evanw/thumbhash. */
  thumbhash: string
}

export interface StoredRendition {
  /** The width that the name promises; the picture itself may be narrower. */
  width: number
  format: 'jpeg' | 'webp' | 'avif'
  fileName: string
  pixelWidth: number
  pixelHeight: number
  sizeBytes: number
}

export interface Rendered {
  /** Of the upright master. */
  width: number
  height: number
  renditions: StoredRendition[]
}

/** What the image process can be asked: kind → [question, answer]. Paths are absolute. */
export interface ImageJobs {
  describe: [Source, PictureFacts]
  inspect: [Source, Inspection]
  render: [Source & { directory: string }, Rendered]
  renderAvif: [{ master: string; directory: string }, StoredRendition[]]
  renderAvatar: [Source & { directory: string }, StoredRendition]
}
export type JobKind = keyof ImageJobs
export type Question<K extends JobKind> = ImageJobs[K][0]
export type Answer<K extends JobKind> = ImageJobs[K][1]

export interface JobMessage<K extends JobKind = JobKind> {
  kind: K
  question: Question<K>
}

/** `refused` is the picture's fault; `failed` is ours (disk full, file gone). `reason` is for the log. */
export type JobReply =
  | { outcome: 'done'; answer: unknown }
  | { outcome: 'refused'; code: ErrorCode; detail: string | undefined; reason: string }
  | { outcome: 'failed'; reason: string; systemCode: string | undefined }
