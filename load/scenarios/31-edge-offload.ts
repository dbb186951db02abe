import { constant } from '../generator/arrivals.ts'
import type { Driven } from '../generator/driven.ts'
import { MIXES } from '../generator/mixes.ts'
import { openCrowd } from '../generator/open-crowd.ts'
import { judge, type Measurement, type Scenario, type ScenarioContext } from '../scenario.ts'
import { warmCaches } from '../warm-caches.ts'
import { popDifference, readPop, type PopCounters } from '../varnish-counters.ts'

const PEOPLE = 200
const ACTIONS_PER_SECOND = 200
const WARM_UP_SECONDS = { quick: 5, full: 20 }
const SECONDS = { quick: 10, full: 45 }
const MEBIBYTE = 2 ** 20

export const scenario: Scenario = {
  name: 'edge-offload',
  about:
    'the mix browse with photos and assets through the edge, and again with the same from the balancer: what reaches the origin. Requests per cacheable request, bytes per action, by Varnish’s and the generator’s own counts.',
  claims: ['C5', 'C5b'],
  seconds: { quick: 37, full: 150 },
  async run(context) {
    context.progress('warming up: each has looked at a feed and its photos once')
    await warmCaches(context.services, PEOPLE, context.signal)
    const before = await browse(context, false)
    const after = await browse(context, true)
    const isVoid = before.driven.generator.isVoid || after.driven.generator.isVoid
    const measure = (claim: 'C5' | 'C5b', one: number, other: number, samples: number): Measurement => {
      const value = (1 - other / one) * 100
      return { claim, value, verdict: isVoid ? 'void' : judge(claim, value), samples }
    }
    const cacheable = before.cacheable + after.cacheable
    return {
      measurements: [
        measure('C5', before.originRequests / before.cacheable, after.originRequests / after.cacheable, cacheable),
        measure(
          'C5b',
          before.originBytes / before.driven.total.actions,
          after.originBytes / after.driven.total.actions,
          before.driven.total.actions + after.driven.total.actions,
        ),
      ],
      charts: [
        chart('Cacheable requests that reach the origin', 'of 100 requests', [
          (before.originRequests / before.cacheable) * 100,
          (after.originRequests / after.cacheable) * 100,
        ]),
        chart('Bytes that the origin sends', 'MiB per 1,000 actions', [
          (before.originBytes / before.driven.total.actions / MEBIBYTE) * 1_000,
          (after.originBytes / after.driven.total.actions / MEBIBYTE) * 1_000,
        ]),
      ],
      generator: after.driven.generator,
    }
  },
}

interface Browsed {
  driven: Driven
  /** Requests for what an edge may keep. */
  cacheable: number
  /** Of these, how many the origin had to answer. */
  originRequests: number
  /** All that the origin sent, pages and API too. */
  originBytes: number
}

async function browse({ services, isQuick, photosDirectory, signal, progress }: ScenarioContext, hasEdge: boolean) {
  const size = isQuick ? 'quick' : 'full'
  const { stateDirectory } = services.config
  await using crowd = await openCrowd(services, { people: PEOPLE, photosDirectory, hasEdge })
  const drive = (seconds: number) =>
    crowd.drive({
      mix: MIXES.browse,
      arrivals: constant(ACTIONS_PER_SECOND, seconds),
      signal,
      onSecond: ({ second, dynamic }) =>
        progress(`${hasEdge ? 'with' : 'without'} the edge, ${second} s: ${dynamic} dynamic requests`),
    })
  await drive(WARM_UP_SECONDS[size])
  const before = await readPop(stateDirectory)
  const driven = await drive(SECONDS[size])
  return browsed(driven, hasEdge, popDifference(before, await readPop(stateDirectory)))
}

function browsed(driven: Driven, hasEdge: boolean, pop: PopCounters): Browsed {
  const { kinds, bytes } = driven.total
  const cacheable = (kinds['image']?.count ?? 0) + (kinds['asset']?.count ?? 0)
  // Without the edge everything comes from the origin; with it, what does not come from the edge and what the edge fetched.
  return hasEdge
    ? { driven, cacheable, originRequests: pop.originRequests, originBytes: bytes - pop.answerBytes + pop.originBytes }
    : { driven, cacheable, originRequests: cacheable, originBytes: bytes }
}

function chart(title: string, y: string, [without, withEdge]: readonly [number, number]) {
  return {
    title,
    kind: 'bars',
    x: 'way',
    y,
    labels: ['without the edge', 'with the edge'],
    series: [
      {
        name: y,
        points: [
          [0, without],
          [1, withEdge],
        ],
      },
    ],
  } as const
}
