import type { PhotoCard } from './photos.ts'

/** Which rendition a browser takes follows from these: the pages show a picture by them, and the server announces it by the same. */

/** Cropped where a row of a grid can no longer carry it. */
const GRID_NARROWEST = 0.6
const GRID_WIDEST = 2.4

export interface Rendition {
  width: number
  format: 'jpeg' | 'webp' | 'avif'
  path: string
}

/** Best format first, so that one can take the first that one knows; none as long as the photo is not ready. */
export function renditionsOf({ renditions }: Pick<PhotoCard, 'renditions'>): Rendition[] {
  if (renditions === null) return []
  const { path, widths, extensions } = renditions
  return extensions.flatMap((extension) =>
    widths.map((width) => ({
      width,
      format: extension === 'jpg' ? ('jpeg' as const) : extension,
      path: `${path}/${width}.${extension}`,
    })),
  )
}

/** `srcset` of one format; a narrower picture keeps its own width under a wider name, so such doubles are left out. */
export function srcSet(
  photo: Pick<PhotoCard, 'width' | 'renditions'>,
  format: Rendition['format'],
  origin: string,
): string {
  const byWidth = new Map<number, string>()
  for (const rendition of renditionsOf(photo)) {
    if (rendition.format !== format) continue
    const width = Math.min(rendition.width, photo.width)
    if (!byWidth.has(width)) byWidth.set(width, `${origin}${rendition.path} ${width}w`)
  }
  return [...byWidth.values()].join(', ')
}

/** The plain `src`: the middle JPEG, for browsers that know no srcset and for saving a copy. */
export function fallbackSrc(photo: Pick<PhotoCard, 'renditions'>, origin: string): string | undefined {
  const jpegs = renditionsOf(photo).filter(({ format }) => format === 'jpeg')
  const path = jpegs[Math.floor(jpegs.length / 2)]?.path
  return path && origin + path
}

/** What usual screens have for a grid below the head of its page, and how its rows are made (photo-grid.module.css). A row too
 *  many is no gift: its pictures share the line with those that are seen. */
export const SCREENS = {
  phone: { media: '(max-width: 767px)', widthPx: 404, heightPx: 640, rowPx: 112, gapPx: 4 },
  laptop: {
    media: '(min-width: 768px) and (max-width: 1399px)',
    widthPx: 957,
    heightPx: 592,
    rowPx: 248,
    gapPx: 8,
  },
  desktop: { media: '(min-width: 1400px)', widthPx: 1200, heightPx: 760, rowPx: 248, gapPx: 8 },
} as const
export type Screen = keyof typeof SCREENS
// Keys of a literal object.
export const SCREEN_NAMES = Object.keys(SCREENS) as Screen[]

/** How many of these pictures a screen shows at first: they are announced, and asked for before all others. */
export function firstInGrid(photos: readonly Pick<PhotoCard, 'width' | 'height'>[], screen: Screen): number {
  const { widthPx, heightPx, rowPx, gapPx } = SCREENS[screen]
  let [topPx, inRow, ratios] = [0, 0, 0]
  for (const [at, photo] of photos.entries()) {
    const ratio = gridRatio(photo)
    if (inRow > 0 && (ratios + ratio) * rowPx + inRow * gapPx > widthPx) {
      // a full row is as high as its pictures are when they fill its width
      topPx += (widthPx - (inRow - 1) * gapPx) / ratios + gapPx
      if (topPx >= heightPx) return at
      ;[inRow, ratios] = [0, 0]
    }
    inRow += 1
    ratios += ratio
  }
  return photos.length
}

/** How wide a picture is shown, as HTML's `sizes` says it. */
export const SIZES_ON_PAGE = '(min-width: 1024px) calc(100vw - 700px), 100vw'
export const SIZES_IN_FEED = '(min-width: 768px) 620px, 100vw'

/** On a phone a tenth less than most are: nobody sees that, and where a point has 1.75 pixels the smallest file then does. */
export function sizesInGrid(photo: Pick<PhotoCard, 'width' | 'height'>): string {
  const ratio = gridRatio(photo)
  return `(min-width: 1200px) ${Math.round(ratio * 320)}px, (min-width: 768px) ${Math.round(ratio * 260)}px, ${Math.round(ratio * 136)}px`
}

/** Width ÷ height of a picture in a grid. */
export function gridRatio({ width, height }: Pick<PhotoCard, 'width' | 'height'>): number {
  return Math.min(GRID_WIDEST, Math.max(GRID_NARROWEST, width / height))
}
