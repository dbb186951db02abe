import { rename, writeFile } from 'node:fs/promises'

/** Tells Prometheus which app servers there are, in its file_sd format. */
export async function writeScrapeTargets(
  path: string,
  slots: readonly string[],
  metricsPortBase: number,
): Promise<void> {
  const targets = slots.map((slot) => ({
    targets: [`127.0.0.1:${metricsPortBase + Number(slot)}`],
    labels: { instance: `app${Number(slot)}` },
  }))
  await writeFile(`${path}.new`, JSON.stringify(targets))
  await rename(`${path}.new`, path)
}
