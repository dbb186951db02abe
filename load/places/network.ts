import { openRelays } from '../relay/relays.ts'
import { nearestPop, PLACES, POP_TO_ORIGIN_MS, POPS, toOriginMs, type Place } from './places.ts'
import { startPop, type FarPop } from './pops.ts'

/** Where the lines of one place begin, as ports of this machine. */
export interface PlaceLines {
  place: Place
  origin: number
  pop: number
}

export interface Network extends AsyncDisposable {
  places: readonly PlaceLines[]
}

const HOST = '127.0.0.1'

/** Starts the PoPs, with lines from them to the balancer at `lbPort`, and lines from each place to the origin and to its PoP. */
export async function openNetwork(lbPort: number, stateDirectory: string): Promise<Network> {
  await using stack = new AsyncDisposableStack()
  const popLines = stack.use(
    await openRelays(POPS.map((pop) => ({ roundTripMs: POP_TO_ORIGIN_MS[pop], host: HOST, port: lbPort }))),
  )
  const pops: FarPop[] = []
  for (const [index, port] of popLines.ports.entries())
    pops.push(stack.use(await startPop(index, port, stateDirectory)))
  const toOrigin = PLACES.map((place) => ({ roundTripMs: toOriginMs(place), port: lbPort }))
  const toPop = PLACES.map((place) => {
    const { pop, roundTripMs } = nearestPop(place)
    return { roundTripMs, port: pops[POPS.indexOf(pop)]?.port ?? 0 }
  })
  const links = [...toOrigin, ...toPop].map((link, index) => ({
    ...link,
    host: HOST,
    // Each place has limits of its own.
    localAddress: `127.90.0.${10 + (index % PLACES.length)}`,
  }))
  const { ports } = stack.use(await openRelays(links))
  const places = PLACES.map((place, index) => ({
    place,
    origin: ports[index] ?? 0,
    pop: ports[PLACES.length + index] ?? 0,
  }))
  const opened = stack.move()
  return { places, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}
