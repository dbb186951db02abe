/** Polls until `probe` gives a value other than null. */
export async function eventually<Value>(
  what: string,
  deadlineMs: number,
  probe: () => Promise<Value | null>,
): Promise<Value> {
  const end = Date.now() + deadlineMs
  for (;;) {
    const value = await probe().catch(() => null)
    if (value !== null) return value
    if (Date.now() > end) throw new Error(`${what}: not within ${deadlineMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
