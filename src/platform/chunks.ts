/** Items in their order, at most `size` together. */
export function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, nr) => items.slice(nr * size, (nr + 1) * size))
}
