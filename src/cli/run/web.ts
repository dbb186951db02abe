import { chownSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { execOrFail } from './exec.ts'
import { contentHash, filesUnder } from './hashes.ts'

export type WebBuild = 'built' | 'unchanged' | 'absent'

const SOURCES = ['src/web', 'src/contract', 'package-lock.json', 'vite.config.ts', 'tsconfig.json', 'tsconfig.web.json']
const STAMP = '.built-from'

/** Builds the web UI into dist/web with precompressed siblings, unless it was built from these very sources. */
export async function buildWeb(repoDir: string): Promise<WebBuild> {
  if (!existsSync(join(repoDir, 'src/web/index.html'))) return 'absent'
  const target = join(repoDir, 'dist/web')
  const sources = contentHash(
    repoDir,
    filesUnder(repoDir, SOURCES, (path) => !path.endsWith('.test.ts')),
  )
  if (existsSync(join(target, STAMP)) && readFileSync(join(target, STAMP), 'utf8') === sources) return 'unchanged'

  const fresh = `${target}.${process.pid}.new`
  rmSync(fresh, { recursive: true, force: true })
  try {
    await execOrFail(
      'building the web UI',
      [
        process.execPath,
        join(repoDir, 'node_modules/vite/bin/vite.js'),
        'build',
        '--outDir',
        fresh,
        '--emptyOutDir',
        '--logLevel',
        'warn',
      ],
      { cwd: repoDir, isEnvironmentInherited: true, timeoutSeconds: 240, saysWhyFirst: true },
    )
    await precompress(fresh)
    writeFileSync(join(fresh, STAMP), sources)
    rmSync(target, { recursive: true, force: true })
    renameSync(fresh, target)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
  giveToOwner(repoDir, 'dist')
  return 'built'
}

const COMPRESSIBLE = /\.(html|js|css|svg|json|txt|webmanifest|xml|map)$/
const SMALLEST_BYTES = 512

async function precompress(root: string): Promise<void> {
  for (const file of filesUnder(root, ['.'])) {
    const path = join(root, file)
    if (!COMPRESSIBLE.test(file) || statSync(path).size < SMALLEST_BYTES) continue
    const plain = readFileSync(path)
    const [zipped, brotli] = await Promise.all([
      promisify(gzip)(plain, { level: 9 }),
      promisify(brotliCompress)(plain, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } }),
    ])
    writeFileSync(`${path}.gz`, zipped)
    writeFileSync(`${path}.br`, brotli)
  }
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
