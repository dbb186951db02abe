import { underLoad, whatFailed } from '../incident.ts'
import { judge, type Measurement, type Scenario } from '../scenario.ts'

/** Longer than the balancer waits for an answer (10 s): what was asked of the frozen one has gone elsewhere by then. */
const FROZEN_SECONDS = 12

export const scenario: Scenario = {
  name: 'app-frozen',
  about: 'an app server is frozen under load (SIGSTOP: it holds its connections and answers nothing), and resumed',
  claims: ['L3d', 'L3b', 'L3c'],
  seconds: { quick: 30, full: 50 },
  async run(context) {
    const { outcome, driven, charts } = await underLoad('an app server freezes', context, async (incident) => {
      const { fleet, names, mark, pause, untilRotation } = incident
      const name = names[0] ?? ''
      const frozenMs = performance.now()
      await fleet.freeze(name)
      mark(`${name} freezes`)
      const outSeconds = await untilRotation(name, false, frozenMs)
      mark(`${name} is out of rotation`)
      await pause(Math.max(0, FROZEN_SECONDS - (performance.now() - frozenMs) / 1_000))
      const resumedMs = performance.now()
      await fleet.resume(name)
      mark(`${name} goes on`)
      return { outSeconds, backSeconds: await untilRotation(name, true, resumedMs) }
    })
    const { total, generator } = driven
    const values = { L3d: total.failedIdempotent, L3b: outcome.outSeconds, L3c: outcome.backSeconds }
    const measure = (claim: keyof typeof values, samples: number, note: string): Measurement => ({
      claim,
      value: values[claim],
      verdict: judge(claim, values[claim]),
      samples,
      note,
    })
    const stuck = `what it held when it froze was answered elsewhere after at most ${(total.all.maxMs / 1_000).toFixed(1)} s`
    return {
      measurements: [
        measure('L3d', total.all.count, `${stuck}; ${whatFailed(driven)}`),
        measure('L3b', 1, 'frozen'),
        measure('L3c', 1, 'resumed'),
      ],
      charts,
      generator,
    }
  },
}
