import { judge, type Scenario } from '../../../load/scenario.ts'
import { portOf } from '../../../src/platform/ports.ts'

/** The smallest measurement there is, for the test of what goes on around it. */
export const scenario: Scenario = {
  name: 'answers',
  about: 'Ten requests, one after the other.',
  claims: ['L3'],
  seconds: { quick: 1, full: 1 },
  async run({ services, progress }) {
    const statuses: number[] = []
    for (let nr = 1; nr <= 10; nr++) {
      statuses.push((await fetch(`http://127.0.0.1:${portOf('lb', services.config.portOffset)}/api/instance`)).status)
      progress(`${nr} of 10`)
    }
    const value = statuses.filter((status) => status !== 200).length
    return {
      measurements: [{ claim: 'L3', value, verdict: judge('L3', value), samples: statuses.length }],
      charts: [
        {
          title: 'Answers',
          kind: 'line',
          x: 'request',
          y: 'status',
          series: [{ name: 'status', points: statuses.map((status, index) => [index + 1, status] as const) }],
        },
      ],
      generator: null,
    }
  },
}
