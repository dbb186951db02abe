import type { Verb } from './context.ts'

export interface VerbEntry {
  name: string
  summary: string
  /** Reads secrets, other users' processes or ports below 1024: the launcher asks sudo for it. */
  needsRoot: boolean
  /** Loaded when it is typed, so that no verb pays for another. */
  load(): Promise<Verb>
}

/** What can be typed after `./minigram`, in the order in which help lists it. */
export const VERBS: readonly VerbEntry[] = [
  {
    name: 'up',
    summary: 'install what is missing, start everything, wait until it is healthy',
    needsRoot: true,
    load: async () => (await import('./verbs/up.ts')).up,
  },
  {
    name: 'down',
    summary: 'stop everything; --purge deletes the state too',
    needsRoot: true,
    load: async () => (await import('./verbs/down.ts')).down,
  },
  {
    name: 'status',
    summary: 'every process: role, health, memory, addresses',
    needsRoot: true,
    load: async () => (await import('./verbs/status.ts')).status,
  },
  {
    name: 'logs',
    summary: 'last lines of the logs; -f follows',
    needsRoot: true,
    load: async () => (await import('./verbs/logs.ts')).logs,
  },
  {
    name: 'seed',
    summary: 'people, follows, photos, likes and comments to try things out with',
    needsRoot: true,
    load: async () => (await import('./verbs/seed.ts')).seed,
  },
  {
    name: 'scale',
    summary: 'scale app=5: so many app servers, without losing a request',
    needsRoot: true,
    load: async () => (await import('./verbs/scale.ts')).scale,
  },
  {
    name: 'psql',
    summary: 'psql on the primary',
    needsRoot: true,
    load: async () => (await import('./verbs/psql.ts')).psql,
  },
  {
    name: 'operator',
    summary: 'make an account an operator; --revoke takes it back',
    needsRoot: true,
    load: async () => (await import('./verbs/operator.ts')).operator,
  },
  {
    name: 'account',
    summary: 'account reset NAME prints a link that sets a new password',
    needsRoot: true,
    load: async () => (await import('./verbs/account.ts')).account,
  },
  {
    name: 'dev',
    summary: "app server, worker and web UI from the checkout, on the stack's databases",
    needsRoot: true,
    load: async () => (await import('./verbs/dev.ts')).dev,
  },
  {
    name: 'prove',
    summary: 'measure every promise on the running stack and write a report',
    needsRoot: true,
    load: async () => (await import('./verbs/prove.ts')).prove,
  },
  {
    name: 'test',
    summary: 'every check and test, on servers of their own; --full adds failures caused on purpose',
    needsRoot: true,
    load: async () => (await import('./verbs/test.ts')).test,
  },
  {
    name: 'doctor',
    summary: 'check the machine and the stack, change nothing',
    needsRoot: false,
    load: async () => (await import('./verbs/doctor.ts')).doctor,
  },
]
