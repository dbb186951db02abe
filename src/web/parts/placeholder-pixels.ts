/** Pixels along the longer side. A thumbhash has at most seven waves across, and the browser smooths what it enlarges. */
const LONGER_SIDE = 16
const WAVES_MAX = 7
const CHROMA_WAVES = 3
/** As in thumbhash's own decoder: colours lose some of their strength in so few bits. */
const CHROMA_BOOST = 1.25

/**
 * The picture of a thumbhash without transparency, in small. thumbhash's own decoder draws 32 pixels along a side and takes
 * the cosines of each pixel anew: 3 ms a picture, several times that on a phone, and a page has dozens.
 */
export function placeholderPixels(hash: Uint8Array): { width: number; height: number; rgba: Uint8Array } {
  const at = (index: number) => hash[index] ?? 0
  const header = at(0) | (at(1) << 8) | (at(2) << 16)
  const more = at(3) | (at(4) << 8)
  const isLandscape = more >> 15 === 1
  const fewer = more & 7
  const [across, down] = isLandscape ? [WAVES_MAX, fewer] : [fewer, WAVES_MAX]
  const width = Math.round(Math.min(1, across / down) * LONGER_SIDE)
  const height = Math.round(Math.min(1, down / across) * LONGER_SIDE)
  const [cosX, cosY] = [cosines(width), cosines(height)]

  let nibble = 10
  /** The next waves of the hash, added up over all pixels. */
  const channel = (mean: number, nx: number, ny: number, scale: number): Float64Array => {
    const values = new Float64Array(width * height).fill(mean)
    for (let wy = 0; wy < ny; wy++)
      for (let wx = wy === 0 ? 1 : 0; wx * ny < nx * (ny - wy); wx++, nibble++) {
        const bits = (at(nibble >> 1) >> ((nibble & 1) << 2)) & 15
        const strength = 2 * (bits / 7.5 - 1) * scale
        const [xs, ys] = [cosX(wx), cosY(wy)]
        // by index: iterators would be most of the work
        for (let at = 0; at < values.length; at++)
          values[at] = (values[at] ?? 0) + strength * (xs[at % width] ?? 0) * (ys[(at / width) | 0] ?? 0)
      }
    return values
  }
  const light = channel((header & 63) / 63, Math.max(3, across), Math.max(3, down), ((header >> 18) & 31) / 31)
  const chroma = (mean: number, scale: number) =>
    channel(mean / 31.5 - 1, CHROMA_WAVES, CHROMA_WAVES, (scale / 63) * CHROMA_BOOST)
  const yellowBlue = chroma((header >> 6) & 63, (more >> 3) & 63)
  const redGreen = chroma((header >> 12) & 63, (more >> 9) & 63)

  const rgba = new Uint8ClampedArray(light.length * 4)
  for (let at = 0; at < light.length; at++) {
    const l = light[at] ?? 0
    const q = redGreen[at] ?? 0
    const blue = l - (2 / 3) * (yellowBlue[at] ?? 0)
    const red = (3 * l - blue + q) / 2
    rgba[at * 4] = 255 * red
    rgba[at * 4 + 1] = 255 * (red - q)
    rgba[at * 4 + 2] = 255 * blue
    rgba[at * 4 + 3] = 255
  }
  return { width, height, rgba: new Uint8Array(rgba.buffer) }
}

/** Of one wave at the middle of each of so many pixels; each wave once. */
function cosines(pixels: number): (wave: number) => number[] {
  const known = new Map<number, number[]>()
  return (wave) => {
    const found =
      known.get(wave) ?? Array.from({ length: pixels }, (_, at) => Math.cos((Math.PI / pixels) * (at + 0.5) * wave))
    known.set(wave, found)
    return found
  }
}
