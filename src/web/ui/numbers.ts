const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 })

/** 1234 → 1.2K */
export function short(count: number): string {
  return compact.format(count)
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${short(count)} ${count === 1 ? one : many}`
}

export function formatBytes(sizeBytes: number): string {
  if (sizeBytes < 1024 * 1024) return `${Math.ceil(sizeBytes / 1024)}\u00a0KB`
  return `${Number((sizeBytes / 1024 / 1024).toFixed(1))}\u00a0MB`
}
