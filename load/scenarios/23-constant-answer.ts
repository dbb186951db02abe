import { constant } from '../generator/arrivals.ts'
import type { Tally } from '../generator/report.ts'
import { MIXES } from '../generator/mixes.ts'
import { openCrowd } from '../generator/open-crowd.ts'
import { observe } from '../observed.ts'
import { judge, type Scenario } from '../scenario.ts'

const PEOPLE = 1_000
const DYNAMIC_PER_SECOND = 600
/** Of the actions of browse, so many are dynamic requests. */
const DYNAMIC_SHARE = 0.75
const SECONDS = 8
const WARM_UP_SECONDS = 4
/** The speed of a shared machine changes within half a minute. */
const ROUNDS = 4

export const scenario: Scenario = {
  name: 'constant-answer',
  about:
    'the mix browse and an answer of one constant in turn, at one rate: CPU time per request of everything but the generator',
  claims: ['P3b'],
  seconds: { quick: null, full: 75 },
  async run({ services, photosDirectory, signal, progress }) {
    await using observer = await observe(services)
    await using crowd = await openCrowd(services, { people: PEOPLE, photosDirectory })
    const sums = { constant: { cpuSeconds: 0, requests: 0 }, browse: { cpuSeconds: 0, requests: 0 } }
    const names = ['constant', 'browse'] as const
    const drive = (name: (typeof names)[number], arrivals: ReturnType<typeof constant>) =>
      // Uploads apart: one photo's renditions cost as much as a thousand requests.
      crowd.drive({ mix: { weights: MIXES[name].weights, perSecond: {} }, arrivals, signal })
    const rates = { constant: DYNAMIC_PER_SECOND, browse: DYNAMIC_PER_SECOND / DYNAMIC_SHARE }
    for (const name of names) await drive(name, constant(rates[name], WARM_UP_SECONDS))
    let generator = null
    for (let round = 0; round < ROUNDS * 2 && !signal.aborted; round++) {
      const name = names[round % 2] ?? 'constant'
      const fromMs = performance.now()
      const driven = await drive(name, constant(rates[name], SECONDS))
      const toMs = performance.now()
      generator = driven.generator
      sums[name].cpuSeconds += observer.stackCpuSeconds(fromMs, toMs)
      sums[name].requests += answered(driven.total.dynamic)
      progress(`${name}: ${msEach(sums[name]).toFixed(3)} ms of CPU a request`)
    }
    const ratio = msEach(sums.constant) / msEach(sums.browse)
    return {
      measurements: signal.aborted
        ? []
        : [
            {
              claim: 'P3b',
              value: ratio,
              verdict: judge('P3b', ratio),
              samples: sums.constant.requests + sums.browse.requests,
              note: `by CPU time, which does not depend on what else the machine does: a constant ${msEach(sums.constant).toFixed(3)} ms a request, browse ${msEach(sums.browse).toFixed(3)} ms, photos from the edge included`,
            },
          ],
      charts: [],
      generator,
    }
  },
}

function answered({ count, failed }: Tally): number {
  return count - failed
}

function msEach({ cpuSeconds, requests }: { cpuSeconds: number; requests: number }): number {
  return (cpuSeconds * 1_000) / Math.max(1, requests)
}
