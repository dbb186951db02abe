export interface Edge {
  /** Resolves once no PoP holds anything with one of these tags. @throws Error naming each PoP that did not confirm. */
  purge(tags: readonly string[]): Promise<void>
}

/** A PoP on its own listener answers in milliseconds; the job tries again when one does not. */
const PURGE_TIMEOUT_MS = 3_000
/** 50 tags of ours take 2 KB; Varnish takes header lines of 8 KB. */
const TAGS_PER_REQUEST = 50

/** The PoPs, each by the address of its purge listener. */
export function createEdge({ targets, secret }: { targets: readonly string[]; secret: string }): Edge {
  async function purgeAt(target: string, tags: readonly string[]): Promise<void> {
    const response = await fetch(new URL('/', target), {
      method: 'PURGE',
      headers: { 'xkey-purge': tags.join(' '), 'x-edge-secret': secret },
      signal: AbortSignal.timeout(PURGE_TIMEOUT_MS),
    })
    await response.body?.cancel()
    if (!response.ok) throw new Error(`answered ${response.status}`)
  }

  return {
    async purge(tags) {
      for (let at = 0; at < tags.length; at += TAGS_PER_REQUEST) {
        const some = tags.slice(at, at + TAGS_PER_REQUEST)
        const outcomes = await Promise.allSettled(targets.map((target) => purgeAt(target, some)))
        const failures = outcomes.flatMap((outcome, index) =>
          outcome.status === 'rejected' ? [`${targets[index]}: ${String(outcome.reason)}`] : [],
        )
        if (failures.length > 0) throw new Error(`not purged at ${failures.join('; ')}`)
      }
    },
  }
}
