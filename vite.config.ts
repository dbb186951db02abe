import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const OUT = join(import.meta.dirname, 'dist/web')
const API = process.env.MINIGRAM_DEV_API ?? 'http://127.0.0.1'
/** The API's paths; in development our own modules of src/web/api live under the same first word. */
const PROXIED = ['^/api/(?!.*\\.tsx?(\\?|$))', '/health', '/config.json', '/media']
/** Gzip, of what index.html loads before a page's own chunk. */
const INITIAL_JS_MAX_KB = 90
const CSS_MAX_KB = 12
/** Feed, explore, profile and photo page share most of their parts: one file instead of a dozen small ones in a chain. */
const BROWSE =
  /src\/web\/(pages\/(home|explore|profile|photo)|api\/(accounts|brought|comments|photos|photo-cache)|parts\/(account-list|account-row|comments|endless|follow-button|like|neighbours|new-photos|page|photo-card|photo-grid|photo-menu|picture|placeholder|placeholder-pixels|refusal|require-account|tap-picture|until-known|use-processing|user-text)|ui\/(dialog|numbers|time|use-seen))\.|src\/contract\/|thumbhash|(infiniteQueryOptions|infiniteQueryObserver|useInfiniteQuery|usePrefetchInfiniteQuery|useMutation|mutationObserver)\.js/
/** What only operators load, all of it at once. */
const OPERATORS = /src\/web\/(pages\/ops-|ops\/|api\/operators)/
/** Below one packet, compressing wins nothing. */
const COMPRESS_FROM_BYTES = 1024

/** Tooling wants a default export here; everywhere else exports have names. */
export default defineConfig({
  root: join(import.meta.dirname, 'src/web'),
  base: '/',
  plugins: [react(), hashTheme(), compileEarly(), printBudget(), precompress()],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // which scripts a page needs, for the server to announce (src/features/pages)
    manifest: true,
    // one file of about 10 kB: a page that arrives later never shows itself undressed
    cssCodeSplit: false,
    // light-dark(), nesting and :dir() stay as they are written
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'browse', test: BROWSE },
            { name: 'operators', test: OPERATORS },
          ],
          includeDependenciesRecursively: false,
        },
      },
    },
    reportCompressedSize: false,
  },
  server: {
    proxy: Object.fromEntries(PROXIED.map((path) => [path, { target: API, xfwd: true }])),
  },
})

/** Chromium compiles these as they arrive, beside the main thread, and not function by function as each is first called. */
const EARLY = new Set(['index', 'browse'])

function compileEarly(): Plugin {
  return {
    name: 'compile-early',
    apply: 'build',
    // into the file: Vite puts a line of its own on top of what it writes
    writeBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk' || !EARLY.has(chunk.name)) continue
        const file = join(OUT, chunk.fileName)
        writeFileSync(file, `//# allFunctionsCalledOnLoad\n${readFileSync(file, 'utf8')}`)
      }
    },
  }
}

/** The page waits for this script: under a name with a hash the edge has it, and a browser that was here before. */
function hashTheme(): Plugin {
  return {
    name: 'hash-theme',
    apply: 'build',
    buildStart() {
      const source = readFileSync(join(import.meta.dirname, 'src/web/public/theme.js'))
      this.emitFile({ type: 'asset', name: 'theme.js', source })
    },
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        const name = Object.keys(bundle).find((name) => /theme-[\w-]+\.js$/.test(name))
        if (name === undefined) throw new Error('theme.js is not in the bundle')
        return html.replace('/theme.js', `/${name}`)
      },
    },
  }
}

/** Prints what a first visit downloads, against its budget. */
function printBudget(): Plugin {
  return {
    name: 'print-budget',
    apply: 'build',
    writeBundle(_options, bundle) {
      const initial = new Set<string>()
      const follow = (name: string) => {
        const chunk = bundle[name]
        if (chunk?.type !== 'chunk' || initial.has(name)) return
        initial.add(name)
        chunk.imports.forEach(follow)
      }
      for (const [name, chunk] of Object.entries(bundle)) if (chunk.type === 'chunk' && chunk.isEntry) follow(name)
      const css = Object.keys(bundle).filter((name) => name.endsWith('.css'))
      const scripts = Object.keys(bundle).filter((name) => name.endsWith('.js'))
      this.info(line('initial JS', gzipKb([...initial]), INITIAL_JS_MAX_KB))
      this.info(line('all CSS', gzipKb(css), CSS_MAX_KB))
      this.info(`all JS, every page visited: ${gzipKb(scripts).toFixed(1)} kB gzip`)
    },
  }
}

function line(what: string, kb: number, maxKb: number): string {
  return `${what}: ${kb.toFixed(1)} kB gzip of at most ${maxKb}${kb > maxKb ? '  OVER BUDGET' : ''}`
}

function gzipKb(names: string[]): number {
  return names.reduce((sum, name) => sum + gzipSync(readFileSync(join(OUT, name)), { level: 9 }).length, 0) / 1000
}

/** Writes NAME.gz and NAME.br beside every text file, for NGINX to serve as they are. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    closeBundle() {
      for (const name of readdirSync(OUT, { recursive: true, encoding: 'utf8' })) {
        const file = join(OUT, name)
        if (!/\.(js|css|html|svg|json|txt|webmanifest)$/.test(name) || statSync(file).size < COMPRESS_FROM_BYTES)
          continue
        const content = readFileSync(file)
        writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }))
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length }
        writeFileSync(`${file}.br`, brotliCompressSync(content, { params }))
      }
    },
  }
}
