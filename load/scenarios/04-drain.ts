import { underLoad, whatFailed } from '../incident.ts'
import { judge, type Scenario } from '../scenario.ts'

const DRAINS = { quick: 1, full: 3 }

export const scenario: Scenario = {
  name: 'drain',
  about: 'app servers are told to leave under load (SIGTERM: they finish what they have), and come back',
  claims: ['L3e'],
  seconds: { quick: 25, full: 60 },
  async run(context) {
    const drains = DRAINS[context.isQuick ? 'quick' : 'full']
    const { outcome, driven, charts } = await underLoad('an app server is drained', context, async (incident) => {
      const { fleet, names, mark, pause } = incident
      const seconds: string[] = []
      for (let nr = 0; nr < drains; nr++) {
        const name = names[nr % names.length] ?? ''
        const fromMs = performance.now()
        mark(`${name} is told to leave`)
        await fleet.stop(name)
        const leftMs = performance.now()
        mark(`${name} has left`)
        await pause(1)
        const startedMs = performance.now()
        await fleet.start(name)
        mark(`${name} takes requests`)
        seconds.push(`left in ${inSeconds(leftMs - fromMs)}, back in ${inSeconds(performance.now() - startedMs)}`)
        await pause(1)
      }
      return seconds
    })
    const { total, generator } = driven
    return {
      measurements: [
        {
          claim: 'L3e',
          value: total.all.failed,
          verdict: judge('L3e', total.all.failed),
          samples: total.all.count,
          note: `${outcome.join('; ')}; ${whatFailed(driven)}`,
        },
      ],
      charts,
      generator,
    }
  },
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
