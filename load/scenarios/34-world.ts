import type { PhotoPage } from '../../src/contract/photos.ts'
import { renditionsOf } from '../../src/contract/picture-sources.ts'
import { portOf } from '../../src/platform/ports.ts'
import { CLAIMS } from '../claims.ts'
import { mergeTallies } from '../generator/report.ts'
import { latencyChart } from '../latency-chart.ts'
import { openNetwork, type PlaceLines } from '../places/network.ts'
import { openPages, type SitePorts } from '../places/page-loads.ts'
import { readPhotos, type Reads } from '../places/photo-reads.ts'
import { ORIGIN, PLACES, POPS, type Place } from '../places/places.ts'
import { median } from '../quantiles.ts'
import { judge, type Chart, type Measurement, type Scenario, type ScenarioContext } from '../scenario.ts'

const PHOTOS_PER_SECOND = 10
const READ_SECONDS = { quick: 10, full: 60 }
const ROUNDS = { quick: 2, full: 7 }
/** In each round. With the edge a load is short, the browser's own work is a good part of it, and that is what varies on a shared machine. */
const LOADS = { origin: 1, pop: 3 }
const PHOTO_COUNT = 40
const PAGE = '/explore'
const MISSED_MAX_SHARE = 0.01

export const scenario: Scenario = {
  name: 'world',
  about: `people in ${PLACES.join(', ')}, PoPs in ${POPS.join(', ')}, the origin in ${ORIGIN}, over lines as long as the published round trips between Azure regions: photos from the nearest PoP and from the origin, and the page ${PAGE} in Chromium with and without the edge. The lines have TCP’s handshake and slow start; bandwidth, loss and TLS are not imitated and would make far lines slower still.`,
  claims: ['P5', 'P5b'],
  seconds: { quick: 68, full: 265 },
  async run(context) {
    const { config } = context.services
    const site = { lb: portOf('lb', config.portOffset), edge: portOf('edge', config.portOffset) }
    context.progress('starting three PoPs and the lines between them')
    await using network = await openNetwork(site.lb, config.stateDirectory)
    const { places } = network
    const paths = await photoPaths(site.lb)
    const [withEdge, without] = await Promise.all([
      readEverywhere(context, 'pop', places, site, paths),
      readEverywhere(context, 'origin', places, site, paths),
    ])
    const loads = await loadEverywhere(context, places, site)
    return {
      measurements: [photoMeasurement(withEdge), pageMeasurement(loads)],
      charts: [
        {
          ...placeChart('Photos: P95 by place', [
            ['from the origin', without.map(({ others }) => others.p95Ms)],
            ['from the nearest PoP', withEdge.map(({ hits }) => hits.p95Ms)],
          ]),
          limit: { y: CLAIMS.P5.limit, text: `${CLAIMS.P5.limit} ms` },
        },
        placeChart(`${PAGE}: all photos in view, median`, [
          ['without the edge', loads.map(({ origin }) => median(origin))],
          ['with the edge', loads.map(({ pop }) => median(pop))],
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

interface Loads {
  place: Place
  origin: number[]
  pop: number[]
  /** How many of those with the edge had their document from the PoP. */
  hits: number
}

async function photoPaths(lb: number): Promise<string[]> {
  const { items } = (await (await fetch(`http://127.0.0.1:${lb}/api/explore`)).json()) as PhotoPage
  return items
    .flatMap((card) => renditionsOf(card).filter(({ width, format }) => width <= 640 && format !== 'avif'))
    .map(({ path }) => path)
    .slice(0, PHOTO_COUNT)
}

/** In all places at once, for they share nothing but the machine. */
function readEverywhere(
  { isQuick, signal, progress }: ScenarioContext,
  line: 'origin' | 'pop',
  places: readonly PlaceLines[],
  site: SitePorts,
  paths: readonly string[],
): Promise<Reads[]> {
  const seconds = READ_SECONDS[isQuick ? 'quick' : 'full']
  const host = `world.test:${line === 'pop' ? site.edge : site.lb}`
  progress(`photos from ${line === 'pop' ? 'the nearest PoPs' : 'the origin'}, for ${seconds} s`)
  return Promise.all(
    places.map((each) => readPhotos({ port: each[line], host, paths, perSecond: PHOTOS_PER_SECOND, seconds, signal })),
  )
}

/** One load at a time: the browser itself needs the machine. */
async function loadEverywhere(
  { isQuick, signal, progress }: ScenarioContext,
  places: readonly PlaceLines[],
  site: SitePorts,
): Promise<Loads[]> {
  const ports = places.flatMap(({ origin, pop }) => [origin, pop])
  await using pages = await openPages(ports, site)
  const loads = places.map(({ place }): Loads => ({ place, origin: [], pop: [], hits: 0 }))
  for (const { place, pop } of places) {
    progress(`${PAGE} from ${place}, to fill its PoP`)
    await pages.load(pop, PAGE)
  }
  for (let round = 1; round <= ROUNDS[isQuick ? 'quick' : 'full']; round++)
    for (const [index, lines] of places.entries())
      for (const line of ['origin', 'pop'] as const) {
        progress(`${PAGE} from ${lines.place} ${line === 'pop' ? 'with' : 'without'} the edge, round ${round}`)
        for (let load = 1; load <= LOADS[line]; load++) {
          signal.throwIfAborted()
          const { ms, isHit } = await pages.load(lines[line], PAGE)
          const loaded = loads[index]
          loaded?.[line].push(ms)
          if (loaded && isHit) loaded.hits += 1
        }
      }
  return loads
}

function photoMeasurement(reads: readonly Reads[]): Measurement {
  const value = Math.max(...reads.map(({ hits }) => hits.p95Ms))
  const sum = (pick: (each: Reads) => number) => reads.reduce((total, each) => total + pick(each), 0)
  const samples = sum(({ hits }) => hits.count)
  const [missed, failed] = [sum(({ others }) => others.count), sum(({ others }) => others.failed)]
  // Where many reads are no hits, the latencies of the hits say little.
  const verdict = failed > 0 || missed > samples * MISSED_MAX_SHARE ? 'fail' : judge('P5', value)
  const note = `the slowest of five places counts; ${missed} reads were no hits, ${failed} failed`
  return { claim: 'P5', value, verdict, samples, note }
}

function pageMeasurement(loads: readonly Loads[]): Measurement {
  const sum = (pick: (each: Loads) => readonly number[]) => loads.reduce((total, each) => total + median(pick(each)), 0)
  const value = sum(({ origin }) => origin) / sum(({ pop }) => pop)
  const ratios = loads.map(({ place, origin, pop }) => `${place} ${(median(origin) / median(pop)).toFixed(1)}`)
  const documents = loads.reduce((total, { pop }) => total + pop.length, 0)
  const hits = loads.reduce((total, each) => total + each.hits, 0)
  return {
    claim: 'P5b',
    value,
    verdict: judge('P5b', value),
    samples: loads.reduce((total, { origin, pop }) => total + origin.length + pop.length, 0),
    note: `all five places without the edge against all with it; by place: ${ratios.join(', ')}; ${hits} of ${documents} documents were hits of a PoP`,
  }
}

function placeChart(title: string, series: readonly (readonly [string, readonly number[]])[]): Chart {
  return {
    title,
    kind: 'bars',
    x: 'place',
    y: 'ms',
    labels: PLACES,
    series: series.map(([name, values]) => ({ name, points: values.map((value, index) => [index, value] as const) })),
  }
}
