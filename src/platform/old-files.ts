import { opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What a batch costs in memory and in one query; a directory may hold a million names. */
const BATCH = 500

/** Names in `directory` that match and were last touched before then, in batches. None where there is no such directory. */
export async function* namesOlderThan(
  directory: string,
  unixMs: number,
  pattern: RegExp,
): AsyncGenerator<string[], void, void> {
  let names: string[] = []
  for await (const { name } of await opendir(directory, { bufferSize: BATCH }).catch(() => [])) {
    if (!pattern.test(name)) continue
    const found = await stat(join(directory, name)).catch(() => undefined)
    // Being renamed into place changes the one, being written to the other.
    if (!found || Math.max(found.mtimeMs, found.ctimeMs) >= unixMs) continue
    if (names.push(name) < BATCH) continue
    yield names
    names = []
  }
  if (names.length > 0) yield names
}
