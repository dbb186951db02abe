/** A commercial CDN in front of the edge. */
export interface Cdn {
  /**
   * Tells it to forget everything with one of these tags, as far as its limits allow now. What is `left` is to be tried
   * again after `retryAfterMs`. @throws Error when it refuses for a reason that waiting does not mend
   */
  purge(tags: readonly string[]): Promise<{ left: string[]; retryAfterMs: number }>
}
