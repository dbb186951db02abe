import { chownSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execOrFail } from './exec.ts'
import { contentHash, filesUnder } from './hashes.ts'

export type WebBuild = 'built' | 'unchanged' | 'absent'

const SOURCES = ['src/web', 'src/contract', 'package-lock.json', 'vite.config.ts', 'tsconfig.web.json']
/** Beside dist/web, which Vite empties and NGINX serves. */
const STAMP = 'dist/.web-built-from'

/** Builds the web UI into dist/web (Vite's configuration adds the precompressed siblings), unless it was built from these
 *  very sources. A build that is cut off leaves no stamp and is made again. */
export async function buildWeb(repoDir: string): Promise<WebBuild> {
  if (!existsSync(join(repoDir, 'src/web/index.html'))) return 'absent'
  const stamp = join(repoDir, STAMP)
  const sources = contentHash(
    repoDir,
    filesUnder(repoDir, SOURCES, (path) => !path.endsWith('.test.ts')),
  )
  const isBuilt = existsSync(join(repoDir, 'dist/web/index.html'))
  if (isBuilt && existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return 'unchanged'

  rmSync(stamp, { force: true })
  await execOrFail(
    'building the web UI',
    [process.execPath, join(repoDir, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'],
    { cwd: repoDir, isEnvironmentInherited: true, timeoutSeconds: 240, saysWhyFirst: true },
  )
  writeFileSync(stamp, sources)
  giveToOwner(repoDir, 'dist')
  return 'built'
}

/** What root builds in somebody's checkout stays theirs to delete. */
function giveToOwner(repoDir: string, path: string): void {
  const { uid, gid } = statSync(repoDir)
  if (uid === process.getuid?.()) return
  chownSync(join(repoDir, path), uid, gid)
  for (const file of filesUnder(repoDir, [path])) {
    const parts = file.split('/')
    for (let length = 2; length <= parts.length; length++) chownSync(join(repoDir, ...parts.slice(0, length)), uid, gid)
  }
}
