import { availableParallelism } from 'node:os'
import type { Services } from '../src/processes/services.ts'
import { sampleApps } from './app-readings.ts'
import { nameBottleneck, type Bottleneck } from './bottleneck.ts'
import { sampleResources } from './resources.ts'
import type { GeneratorUse } from './scenario.ts'

export interface Observer extends AsyncDisposable {
  /** Which resource was used up between two times of performance.now(). */
  bottleneck(fromMs: number, toMs: number, seen: { generator: GeneratorUse; p95Ms: number }): Bottleneck
  /** CPU seconds that the stack used, without the generator. */
  stackCpuSeconds(fromMs: number, toMs: number): number
  /** Requests refused because of overload. */
  shed(fromMs: number, toMs: number): number
}

/** Watches all components of the stack from outside, and the app servers from inside. */
export async function observe({ config }: Services): Promise<Observer> {
  await using stack = new AsyncDisposableStack()
  const resources = stack.use(await sampleResources({ stateDirectory: config.stateDirectory, hasMemory: false }))
  const apps = stack.use(await sampleApps(config.portOffset))
  const watching = stack.move()
  return {
    bottleneck: (fromMs, toMs, { generator, p95Ms }) =>
      nameBottleneck({
        cores: availableParallelism(),
        use: resources.between(fromMs, toMs),
        apps: apps.between(fromMs, toMs),
        generator,
        p95Ms,
      }),
    stackCpuSeconds(fromMs, toMs) {
      const { components } = resources.between(fromMs, toMs)
      const cores = Object.entries(components).map(([name, { cores }]) => (name === 'generator' ? 0 : cores))
      return (cores.reduce((sum, each) => sum + each, 0) * (toMs - fromMs)) / 1_000
    },
    shed: (fromMs, toMs) => Object.values(apps.between(fromMs, toMs).shed).reduce((sum, count) => sum + count, 0),
    [Symbol.asyncDispose]: () => watching.disposeAsync(),
  }
}
