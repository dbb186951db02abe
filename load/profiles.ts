import { PUBLISHED_SIZE } from './prove/preparation.ts'
import { constant, type Step } from './generator/arrivals.ts'
import type { MixName } from './generator/mixes.ts'

/** How long, how many and how fast; the mix says what they do. */
export interface Profile {
  about: string
  mix: MixName
  people: number
  /** What has to be there to be looked at. */
  data: { people: number; photos: number }
  /** Of the whole crowd, at its steadiest. */
  actionsPerSecond: number
  seconds: number
  arrivals: (actionsPerSecond: number, seconds: number) => Step[]
}

const WARM_UP_SECONDS = 10
const SPIKE_TIMES = 3

export const PROFILES = {
  smoke: {
    about: 'does all of it work: few people, a quarter of a minute',
    mix: 'browse',
    people: 40,
    data: { people: 40, photos: 12 },
    actionsPerSecond: 40,
    seconds: 15,
    arrivals: (rate, seconds) => constant(rate, seconds),
  },
  steady: {
    about: 'one rate, after ten seconds of rising to it',
    mix: 'browse',
    people: 2_000,
    data: PUBLISHED_SIZE,
    actionsPerSecond: 2_000,
    seconds: 60,
    arrivals: (rate, seconds) => constant(rate, seconds, WARM_UP_SECONDS),
  },
  spike: {
    about: 'a third of the time calm, a third at three times the rate, a third calm again',
    mix: 'browse',
    people: 2_000,
    data: PUBLISHED_SIZE,
    actionsPerSecond: 600,
    seconds: 90,
    arrivals: (rate, seconds) => [
      ...constant(rate, seconds / 3, WARM_UP_SECONDS),
      { seconds: seconds / 3, actionsPerSecond: rate * SPIKE_TIMES },
      { seconds: seconds / 3, actionsPerSecond: rate },
    ],
  },
  soak: {
    about: 'a moderate rate for an hour: does anything grow that should not',
    mix: 'browse',
    people: 2_000,
    data: PUBLISHED_SIZE,
    actionsPerSecond: 300,
    seconds: 3_600,
    arrivals: (rate, seconds) => constant(rate, seconds, WARM_UP_SECONDS),
  },
} as const satisfies Record<string, Profile>

export type ProfileName = keyof typeof PROFILES
