export interface Random {
  /** Evenly in [0, 1). */
  next(): number
  /** A whole number in [0, limit). */
  below(limit: number): number
  chance(probability: number): boolean
  pick<Item>(items: readonly Item[]): Item
  /** Heavy-tailed: at least `least`, above x with probability (least / x) ** exponent. */
  pareto(least: number, exponent: number): number
  /** `count` different whole numbers in [0, limit), in no particular order. */
  sample(count: number, limit: number): number[]
  shuffle<Item>(items: readonly Item[]): Item[]
}

/** Numbers that follow from `name` alone, so that each thing of a seed is the same in every run, whatever else there is. */
export function createRandom(...name: readonly (string | number)[]): Random {
  let state = hash(name.join('/'))

  function next(): number {
    // splitmix32: far better than such data needs, and small.
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)

  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick(items) {
      const item = items[below(items.length)]
      if (item === undefined) throw new Error('nothing to pick from')
      return item
    },
    pareto: (least, exponent) => least / (1 - next()) ** (1 / exponent),
    sample(count, limit) {
      // Floyd's: as many draws as are wanted, however large the limit.
      const chosen = new Set<number>()
      for (let top = limit - Math.min(count, limit); top < limit; top++) {
        const drawn = below(top + 1)
        chosen.add(chosen.has(drawn) ? top : drawn)
      }
      return [...chosen]
    },
    shuffle(items) {
      const keyed = items.map((item) => ({ item, key: next() }))
      return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item)
    },
  }
}

/** 32-bit FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return value
}
