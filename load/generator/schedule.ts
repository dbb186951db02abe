import { seededRandom } from '../seeded-random.ts'
import type { Action } from './actions.ts'
import { arrivalTimes, evenTimes, type Step } from './arrivals.ts'
import { drawFrom, type Mix } from './mixes.ts'

/** Something is to be done, so many milliseconds from the start of the run. */
export interface Due {
  atMs: number
  action: Action
  step: Step
}

/** All that one of several threads is to do in a run, in order: its share of each step's arrivals, their actions drawn by the mix's
 *  weights, and of what happens evenly beside them. */
export function* schedule(
  steps: readonly Step[],
  mix: Mix,
  { thread, threads, seed }: { thread: number; threads: number; seed: number },
): Generator<Due> {
  const random = seededRandom(seed * 1_009 + thread)
  // Keys of literal records of actions.
  const draw = drawFrom(Object.entries(mix.weights) as [Action, number][], random)
  let startMs = 0
  for (const step of steps) {
    const sources = [
      dues(arrivalTimes(step, threads, random), draw),
      ...(Object.entries(mix.perSecond) as [Action, number][]).map(([action, perSecond]) =>
        dues(evenTimes(step.seconds, perSecond, thread, threads), () => action),
      ),
    ]
    for (const { atMs, action } of inOrder(sources)) yield { atMs: startMs + atMs, action, step }
    startMs += step.seconds * 1_000
  }
}

function* dues(times: Iterable<number>, draw: () => Action): Generator<{ atMs: number; action: Action }> {
  for (const atMs of times) yield { atMs, action: draw() }
}

/** Merges sources that are each in order. */
function* inOrder<Item extends { atMs: number }>(sources: readonly Iterator<Item>[]): Generator<Item> {
  const heads = sources.map((source) => ({ source, next: source.next() }))
  for (;;) {
    let first: (typeof heads)[number] | null = null
    let firstMs = Infinity
    for (const head of heads) {
      if (head.next.done === true || head.next.value.atMs >= firstMs) continue
      first = head
      firstMs = head.next.value.atMs
    }
    if (first === null || first.next.done === true) return
    yield first.next.value
    first.next = first.source.next()
  }
}
