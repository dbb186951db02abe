import { openRelay, type Link } from './relay.ts'

// A process of its own, so that nothing but relaying keeps its timers waiting. Ends when whoever started it is gone.

process.once('disconnect', () => process.exit())
process.once('message', (links: Link[]) => {
  void Promise.all(links.map(openRelay)).then((relays) => process.send?.(relays.map(({ port }) => port)))
})
