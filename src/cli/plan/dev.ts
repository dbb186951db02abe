import { portOf } from '../../platform/ports.ts'

export interface DevCommand {
  name: string
  /** For the node binary, in the checkout. */
  args: string[]
  env: Record<string, string>
  /** Touches the stack's files, so it runs as their owner; Vite writes into the checkout instead. */
  isOfStack: boolean
}

/** App servers 1 to 16 have metrics at base + 1 to base + 16: the base itself and base + 20 are free. */
export function devCommands(offset: number): DevCommand[] {
  const apiPort = String(3000 + offset)
  const metrics = portOf('appMetrics', offset)
  return [
    {
      name: 'api',
      args: ['--watch', '--watch-preserve-output', 'src/processes/api.ts'],
      env: { MINIGRAM_INSTANCE: 'dev', MINIGRAM_LISTEN_PORT: apiPort, MINIGRAM_METRICS_PORT: String(metrics) },
      isOfStack: true,
    },
    {
      name: 'worker',
      args: ['--watch', '--watch-preserve-output', 'src/processes/worker.ts'],
      env: { MINIGRAM_INSTANCE: 'dev-worker', MINIGRAM_METRICS_PORT: String(metrics + 20) },
      isOfStack: true,
    },
    {
      name: 'web',
      args: [
        'node_modules/vite/bin/vite.js',
        '--port',
        String(5173 + offset),
        '--strictPort',
        '--clearScreen',
        'false',
      ],
      env: { MINIGRAM_DEV_API: `http://127.0.0.1:${apiPort}` },
      isOfStack: false,
    },
  ]
}
