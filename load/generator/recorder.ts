import type { Answer } from './answer-reader.ts'
import { newHistogram, recordMs, type Histogram } from './histogram.ts'
import { toTally, type CacheCounts, type Report, type Tally } from './report.ts'

/** One request that has ended. */
export interface Noted {
  kind: string
  isStatic: boolean
  isIdempotent: boolean
  elapsedMs: number
  /** Null where no answer came. */
  answer: Answer | null
  /** Null when the answer was what it should be; else why not, in few words that repeat. */
  failure: string | null
}

interface Meter {
  histogram: Histogram
  failed: number
}

export type Recorder = ReturnType<typeof createRecorder>

/** Counts what happened within some time, in one thread. */
export function createRecorder() {
  const [all, dynamic] = [newMeter(), newMeter()]
  const [kinds, appServers, tiers] = [new Map<string, Meter>(), new Map<string, Meter>(), new Map<string, Meter>()]
  const caches = new Map<string, CacheCounts>()
  const failures = new Map<string, number>()
  const counts = { actions: 0, failedIdempotent: 0, retried: 0, readInFull: 0, ownWritesSeen: 0, bytes: 0 }
  const texts = { wireBytes: 0, plainBytes: 0 }

  return {
    counts,
    note({ kind, isStatic, isIdempotent, elapsedMs, answer, failure }: Noted): void {
      const isFailed = failure !== null
      enter(all, elapsedMs, isFailed)
      if (!isStatic) enter(dynamic, elapsedMs, isFailed)
      enter(meterOf(kinds, kind), elapsedMs, isFailed)
      if (isFailed) {
        const name = `${kind}: ${failure}`
        failures.set(name, (failures.get(name) ?? 0) + 1)
        if (isIdempotent) counts.failedIdempotent += 1
      }
      if (answer === null) return
      counts.bytes += answer.bodyBytes
      if (answer.servedBy !== '') enter(meterOf(appServers, answer.servedBy), elapsedMs, isFailed)
      enter(meterOf(tiers, readCacheStatus(answer, kind, caches)), elapsedMs, isFailed)
    },
    noteText(wireBytes: number, plainBytes: number): void {
      counts.readInFull += 1
      if (plainBytes < 1_024) return
      texts.wireBytes += wireBytes
      texts.plainBytes += plainBytes
    },
    report(seconds: number): Report {
      return {
        seconds,
        ...counts,
        all: tallyOf(all),
        dynamic: tallyOf(dynamic),
        kinds: talliesOf(kinds),
        appServers: talliesOf(appServers),
        tiers: talliesOf(tiers),
        caches: Object.fromEntries(caches),
        failures: Object.fromEntries(failures),
        texts: { ...texts },
      }
    },
  }
}

/** Counts what each tier says (RFC 9211, the one nearest to the origin first). @returns the tier that answered */
function readCacheStatus({ cacheStatus, servedBy }: Answer, kind: string, caches: Map<string, CacheCounts>): string {
  let answeredBy = servedBy === '' ? 'lb' : 'app'
  if (cacheStatus === '') return answeredBy
  for (const member of cacheStatus.split(', ')) {
    const name = member.slice(0, member.indexOf(';'))
    const tier = name.startsWith('edge') ? 'edge' : name
    const key = `${tier} ${kind}`
    let counts = caches.get(key)
    if (!counts) caches.set(key, (counts = { hits: 0, misses: 0, bypassed: 0 }))
    if (member.includes('; hit')) {
      counts.hits += 1
      answeredBy = tier
    } else if (member.includes('fwd=bypass')) counts.bypassed += 1
    else counts.misses += 1
  }
  return answeredBy
}

function newMeter(): Meter {
  return { histogram: newHistogram(), failed: 0 }
}

function enter(meter: Meter, elapsedMs: number, isFailed: boolean): void {
  recordMs(meter.histogram, elapsedMs)
  if (isFailed) meter.failed += 1
}

function meterOf(meters: Map<string, Meter>, name: string): Meter {
  let meter = meters.get(name)
  if (!meter) meters.set(name, (meter = newMeter()))
  return meter
}

function tallyOf({ histogram, failed }: Meter): Tally {
  return toTally(histogram, failed)
}

function talliesOf(meters: ReadonlyMap<string, Meter>): Record<string, Tally> {
  return Object.fromEntries([...meters].map(([name, meter]) => [name, tallyOf(meter)]))
}
