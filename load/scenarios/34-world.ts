import { portOf } from '../../src/platform/ports.ts'
import type { PhotoPage } from '../../src/contract/photos.ts'
import { mergeTallies } from '../generator/report.ts'
import { latencyChart } from '../latency-chart.ts'
import { openPages, type Way } from '../places/page-loads.ts'
import { readPhotos, type Reads } from '../places/photo-reads.ts'
import { nearestPop, ORIGIN, PLACES, POP_TO_ORIGIN_MS, POPS, toOriginMs, type Place } from '../places/places.ts'
import { startPop, type FarPop } from '../places/pops.ts'
import { openRelays } from '../relay/relays.ts'
import { judge, type Chart, type Measurement, type Scenario, type ScenarioContext } from '../scenario.ts'
import { CLAIMS } from '../claims.ts'

const PHOTOS_PER_SECOND = 10
const READ_SECONDS = { quick: 10, full: 40 }
const LOADS = { quick: 2, full: 7 }
const PHOTO_COUNT = 40
const PAGE = '/explore'
const MISSED_MAX_SHARE = 0.01

export const scenario: Scenario = {
  name: 'world',
  about: `people in ${PLACES.join(', ')}, PoPs in ${POPS.join(', ')}, the origin in ${ORIGIN}, over lines as long as the published round trips between Azure regions: photos from the nearest PoP and from the origin, and the page ${PAGE} in Chromium with and without the edge. Bandwidth, slow start and TLS are not imitated; they would make far lines slower still.`,
  claims: ['P5', 'P5b'],
  seconds: { quick: 75, full: 240 },
  async run(context) {
    const { config } = context.services
    const [lb, edge] = [portOf('lb', config.portOffset), portOf('edge', config.portOffset)]
    await using stack = new AsyncDisposableStack()
    const popLines = stack.use(
      await openRelays(POPS.map((pop) => ({ roundTripMs: POP_TO_ORIGIN_MS[pop], host: '127.0.0.1', port: lb }))),
    )
    const pops: FarPop[] = []
    for (const [index, port] of popLines.ports.entries())
      pops.push(stack.use(await startPop(index, port, config.stateDirectory)))
    const addressOf = (index: number) => `127.90.0.${10 + index}`
    const lines = stack.use(
      await openRelays([
        ...PLACES.map((place, index) => ({
          roundTripMs: toOriginMs(place),
          host: '127.0.0.1',
          port: lb,
          localAddress: addressOf(index),
        })),
        ...PLACES.map((place, index) => {
          const { pop, roundTripMs } = nearestPop(place)
          return {
            roundTripMs,
            host: '127.0.0.1',
            port: pops[POPS.indexOf(pop)]?.port ?? 0,
            localAddress: addressOf(index),
          }
        }),
      ]),
    )
    const ports = PLACES.map((place, index): PlacePorts => ({
      place,
      origin: lines.ports[index] ?? 0,
      pop: lines.ports[PLACES.length + index] ?? 0,
    }))
    const paths = await photoPaths(lb)
    const withEdge = await readEverywhere(context, ports, 'pop', `world.test:${edge}`, paths)
    const without = await readEverywhere(context, ports, 'origin', `world.test:${lb}`, paths)
    const loads = await loadEverywhere(context, ports, { lb, edge })
    return {
      measurements: [photoMeasurement(withEdge), pageMeasurement(loads)],
      charts: [
        bars(
          'Photos: P95 by place',
          'ms',
          [
            ['from the origin', without.map(({ others }) => others.p95Ms)],
            ['from the nearest PoP', withEdge.map(({ hits }) => hits.p95Ms)],
          ],
          CLAIMS.P5.limit,
        ),
        bars(`Page ${PAGE}: everything in view, median`, 'ms', [
          ['without the edge', loads.map((each) => median(each.origin))],
          ['with the edge', loads.map((each) => median(each.pop))],
        ]),
        latencyChart('Photos from all places', {
          'from the origin': mergeTallies(without.map(({ others }) => others)),
          'from the nearest PoP': mergeTallies(withEdge.map(({ hits }) => hits)),
        }),
      ],
      generator: null,
    }
  },
}

interface PlacePorts {
  place: Place
  origin: number
  pop: number
}

interface Loads {
  place: Place
  origin: number[]
  pop: number[]
}

async function photoPaths(lb: number): Promise<string[]> {
  const { items } = (await (await fetch(`http://127.0.0.1:${lb}/api/explore`)).json()) as PhotoPage
  return items
    .flatMap(({ renditions }) => renditions.filter(({ width, format }) => width <= 640 && format !== 'avif'))
    .map(({ path }) => path)
    .slice(0, PHOTO_COUNT)
}

function readEverywhere(
  { isQuick, signal, progress }: ScenarioContext,
  ports: readonly PlacePorts[],
  way: 'origin' | 'pop',
  host: string,
  paths: readonly string[],
): Promise<Reads[]> {
  const seconds = READ_SECONDS[isQuick ? 'quick' : 'full']
  progress(`photos from the ${way === 'pop' ? 'nearest PoP' : 'origin'}, five places for ${seconds} s`)
  return Promise.all(
    ports.map((each) => readPhotos({ port: each[way], host, paths, perSecond: PHOTOS_PER_SECOND, seconds, signal })),
  )
}

/** One load at a time: the browser itself needs the machine. */
async function loadEverywhere(
  { isQuick, signal, progress }: ScenarioContext,
  ports: readonly PlacePorts[],
  site: { lb: number; edge: number },
): Promise<Loads[]> {
  const ways = ports.flatMap(({ place, origin, pop }): [Way, Way] => [
    { name: `${place} from the origin`, pages: origin, photos: origin },
    { name: `${place} with the edge`, pages: pop, photos: pop },
  ])
  await using pages = await openPages(ways, site)
  const loads = ports.map(({ place }): Loads => ({ place, origin: [], pop: [] }))
  // The first round fills the PoPs, and is not counted.
  for (let round = 0; round <= LOADS[isQuick ? 'quick' : 'full']; round++)
    for (const [index, each] of loads.entries())
      for (const [way, list] of [
        [ways[2 * index], each.origin],
        [ways[2 * index + 1], each.pop],
      ] as const) {
        signal.throwIfAborted()
        if (!way) continue
        progress(`${PAGE}: ${way.name}, ${round === 0 ? 'warming up' : `load ${round}`}`)
        const ms = await pages.load(way, PAGE)
        if (round > 0) list.push(ms)
      }
  return loads
}

function photoMeasurement(reads: readonly Reads[]): Measurement {
  const value = Math.max(...reads.map(({ hits }) => hits.p95Ms))
  const sum = (pick: (each: Reads) => number) => reads.reduce((total, each) => total + pick(each), 0)
  const [samples, missed, failed] = [
    sum(({ hits }) => hits.count),
    sum(({ others }) => others.count),
    sum(({ others }) => others.failed),
  ]
  // Where many reads are no hits, the latencies of the hits say little.
  const verdict = failed > 0 || missed > samples * MISSED_MAX_SHARE ? 'fail' : judge('P5', value)
  return {
    claim: 'P5',
    value,
    verdict,
    samples,
    note: `the slowest of five places counts; ${missed} reads were no hits, ${failed} failed`,
  }
}

function pageMeasurement(loads: readonly Loads[]): Measurement {
  const sum = (pick: (each: Loads) => number[]) => loads.reduce((total, each) => total + median(pick(each)), 0)
  const value = sum(({ origin }) => origin) / sum(({ pop }) => pop)
  const ratios = loads.map(({ place, origin, pop }) => `${place} ${(median(origin) / median(pop)).toFixed(1)}`)
  return {
    claim: 'P5b',
    value,
    verdict: judge('P5b', value),
    samples: loads.reduce((total, { origin, pop }) => total + origin.length + pop.length, 0),
    note: `mean of five places without the edge against with it; by place: ${ratios.join(', ')} ×`,
  }
}

function bars(
  title: string,
  y: string,
  series: readonly (readonly [string, readonly number[]])[],
  limit?: number,
): Chart {
  return {
    title,
    kind: 'bars',
    x: 'place',
    y,
    labels: PLACES,
    series: series.map(([name, values]) => ({ name, points: values.map((value, index) => [index, value] as const) })),
    ...(limit === undefined ? {} : { limit: { y: limit, text: `${limit} ${y}` } }),
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = sorted.length / 2
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
