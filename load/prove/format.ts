/** 3 significant digits, thousands apart: 1,234 · 98.2 · 0.04 */
export function number(value: number): string {
  const size = Math.abs(value)
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3
  return value.toLocaleString('en', { maximumFractionDigits: digits })
}

/** `98.2 %`, `1,720 req/s`, `3.4 ×` */
export function quantity(value: number, unit: string): string {
  return `${number(value)} ${unit}`
}

export function target({ better, limit, unit }: { better: 'lower' | 'higher'; limit: number; unit: string }): string {
  if (limit === 0) return quantity(0, unit)
  return `${better === 'lower' ? '≤' : '≥'} ${quantity(limit, unit)}`
}

/** `1 PoP`, `3 PoPs` */
export function counted(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** `47 s`, `7 min 12 s` */
export function duration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  return `${Math.floor(whole / 60)} min${whole % 60 === 0 ? '' : ` ${whole % 60} s`}`
}

export function bytes(count: number): string {
  return count >= 2 ** 30 ? `${number(count / 2 ** 30)} GiB` : `${number(count / 2 ** 20)} MiB`
}
