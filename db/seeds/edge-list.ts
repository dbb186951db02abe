/** People who follow each other, as whole numbers from 0; each pair once. */
export interface EdgeList {
  /** How many people the file names. */
  nodeCount: number
  edges: readonly (readonly [number, number])[]
}

/** Nothing larger is meant to be typed in by hand, and ids above this would not be exact. */
const LARGEST_ID = 2 ** 48

/** Reads lines of two ids. Person 0 is whoever has most edges, and so on down, so that the first people of a smaller seed know
 *  each other. Blank lines, comments (# or %), self-loops and repeated pairs are left out.
 *  @throws Error naming the line that is something else. */
export function parseEdges(text: string): EdgeList {
  const pairs = new Map<string, readonly [number, number]>()
  const degrees = new Map<number, number>()
  let lineNumber = 0
  for (const line of text.split('\n')) {
    lineNumber += 1
    const content = line.trim()
    if (content === '' || content.startsWith('#') || content.startsWith('%')) continue
    const [, left, right] = /^(\d{1,15})[\s,]+(\d{1,15})$/.exec(content) ?? []
    const [a, b] = [Number(left), Number(right)]
    if (!(a < LARGEST_ID && b < LARGEST_ID)) {
      throw new Error(`line ${lineNumber}: two whole numbers are expected, not ${JSON.stringify(content.slice(0, 40))}`)
    }
    const pair = a < b ? ([a, b] as const) : ([b, a] as const)
    if (a === b || pairs.has(pair.join())) continue
    pairs.set(pair.join(), pair)
    for (const id of pair) degrees.set(id, (degrees.get(id) ?? 0) + 1)
  }
  if (pairs.size === 0) throw new Error('there is no edge in it')

  const ranked = [...degrees].sort(([idA, degreeA], [idB, degreeB]) => degreeB - degreeA || idA - idB)
  const person = new Map(ranked.map(([id], rank) => [id, rank]))
  const edges = [...pairs.values()].map(([a, b]) => [person.get(a) ?? 0, person.get(b) ?? 0] as const)
  return { nodeCount: ranked.length, edges }
}
