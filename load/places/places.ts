/**
 * Round trips between Azure's regions, in milliseconds: the 95th percentile of July 2026, as published in “Azure network round-trip latency
 * statistics” (learn.microsoft.com/azure/networking/azure-network-latency; read from the article's source of 30 July 2026). Of the two
 * directions the longer one. Frankfurt is Germany West Central, Virginia East US, São Paulo Brazil South, Singapore Southeast Asia, Sydney
 * Australia East; Dublin North Europe, London UK South, Melbourne Australia Southeast.
 */
const ROUND_TRIPS_MS = {
  Frankfurt: { Dublin: 29, London: 20, 'São Paulo': 201, Melbourne: 299 },
  Virginia: { Dublin: 76, London: 80, 'São Paulo': 121, Melbourne: 217 },
  'São Paulo': { Dublin: 176, London: 184, 'São Paulo': 2, Melbourne: 310 },
  Singapore: { Dublin: 236, London: 183, 'São Paulo': 337, Melbourne: 90 },
  Sydney: { Dublin: 272, London: 277, 'São Paulo': 298, Melbourne: 17 },
} as const

export type Place = keyof typeof ROUND_TRIPS_MS
/** Where people are. The table has no figure for a region with itself; 2 ms is a common one between zones of a city. */
// Keys of a literal object.
export const PLACES = Object.keys(ROUND_TRIPS_MS) as Place[]

export const ORIGIN = 'Dublin'
/** So placed, nobody in the five places is farther than 90 ms from the nearest of the three. */
export const POPS = ['London', 'São Paulo', 'Melbourne'] as const
export type Pop = (typeof POPS)[number]

export const POP_TO_ORIGIN_MS: Readonly<Record<Pop, number>> = { London: 15, 'São Paulo': 176, Melbourne: 281 }

export function toOriginMs(place: Place): number {
  return ROUND_TRIPS_MS[place][ORIGIN]
}

/** The PoP to which a CDN would send this place's people, and how far it is. */
export function nearestPop(place: Place): { pop: Pop; roundTripMs: number } {
  const roundTripsMs = ROUND_TRIPS_MS[place]
  const pop = POPS.reduce<Pop>((best, each) => (roundTripsMs[each] < roundTripsMs[best] ? each : best), POPS[0])
  return { pop, roundTripMs: roundTripsMs[pop] }
}
