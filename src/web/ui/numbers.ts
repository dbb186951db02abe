/** Not Intl's compact notation: its first use holds up a phone for a tenth of a second. */
const STEPS = [
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'K'],
] as const
/** From here on the step below would round up to a thousand. */
const NEARLY = 0.99995

/** 1234 → 1.2K */
export function short(count: number): string {
  const [size, letter] = STEPS.find(([size]) => count >= size * NEARLY) ?? [1, '']
  return `${Math.round((count / size) * 10) / 10}${letter}`
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${short(count)} ${count === 1 ? one : many}`
}

export function formatBytes(sizeBytes: number): string {
  if (sizeBytes < 1024 * 1024) return `${Math.ceil(sizeBytes / 1024)}\u00a0KB`
  return `${Number((sizeBytes / 1024 / 1024).toFixed(1))}\u00a0MB`
}
