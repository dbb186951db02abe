import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js'

export type { Histogram }

const MAX_MICROSECONDS = 60_000_000

/** Microseconds with two significant digits, up to a minute. */
export function newHistogram(): Histogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: MAX_MICROSECONDS,
    numberOfSignificantValueDigits: 2,
    bitBucketSize: 32,
  })
}

export function recordMs(histogram: Histogram, ms: number): void {
  histogram.recordValue(Math.min(MAX_MICROSECONDS, Math.max(1, Math.round(ms * 1_000))))
}

export function percentileMs(histogram: Histogram, percentile: number): number {
  return histogram.totalCount === 0 ? 0 : histogram.getValueAtPercentile(percentile) / 1_000
}

/** HdrHistogram's V2 format, deflated, in base64: its own tools read it too. */
export function encode(histogram: Histogram): string {
  return encodeIntoCompressedBase64(histogram)
}

export function decode(text: string): Histogram {
  return decodeFromCompressedBase64(text, 32)
}
