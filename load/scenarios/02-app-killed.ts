import { underLoad, whatFailed } from '../incident.ts'
import { judge, type Measurement, type Scenario } from '../scenario.ts'

const KILLS = { quick: 1, full: 3 }

export const scenario: Scenario = {
  name: 'app-killed',
  about: 'app servers are killed (SIGKILL) under load, one after the other; the supervisor starts them again',
  claims: ['L3', 'L3b', 'L3c'],
  seconds: { quick: 15, full: 75 },
  async run(context) {
    const kills = KILLS[context.isQuick ? 'quick' : 'full']
    const { outcome, driven, charts } = await underLoad('an app server is killed', context, async (incident) => {
      const { fleet, names, mark, pause, untilRotation, untilRestarted } = incident
      const outSeconds: number[] = []
      const backSeconds: number[] = []
      for (let nr = 0; nr < kills; nr++) {
        const name = names[nr % names.length] ?? ''
        const { pid = null } = (await fleet.list()).find((member) => member.name === name) ?? {}
        const killedMs = performance.now()
        await fleet.kill(name)
        mark(`${name} is killed`)
        outSeconds.push(await untilRotation(name, false, killedMs))
        await untilRestarted(name, pid)
        const restartedMs = performance.now()
        mark(`${name} is started again`)
        backSeconds.push(await untilRotation(name, true, restartedMs))
        mark(`${name} takes requests`)
        await pause(2)
      }
      return { outSeconds, backSeconds }
    })
    const { total, generator } = driven
    const values = {
      L3: total.failedIdempotent,
      L3b: Math.max(...outcome.outSeconds),
      L3c: Math.max(...outcome.backSeconds),
    }
    const measure = (claim: keyof typeof values, samples: number, note: string): Measurement => ({
      claim,
      value: values[claim],
      verdict: judge(claim, values[claim]),
      samples,
      note,
    })
    const each = (seconds: readonly number[]) => `each time: ${seconds.map((value) => value.toFixed(2)).join(', ')} s`
    return {
      measurements: [
        measure('L3', total.all.count, `${kills} kills; ${whatFailed(driven)}`),
        measure('L3b', kills, each(outcome.outSeconds)),
        measure('L3c', kills, each(outcome.backSeconds)),
      ],
      charts,
      generator,
    }
  },
}
