/** Does all of them, `atOnce` at a time, so that none goes on unwatched; then fails with the first failure. */
export async function forAll(
  names: readonly string[],
  atOnce: number,
  work: (name: string) => Promise<void>,
): Promise<void> {
  const left = names.values()
  const failures: unknown[] = []
  const next = async () => {
    for (const name of left) await work(name).catch((error: unknown) => failures.push(error))
  }
  await Promise.all(Array.from({ length: atOnce }, next))
  if (failures.length > 0) throw failures[0]
}
