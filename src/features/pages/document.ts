import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { PhotoCard } from '../../contract/photos.ts'
import { renditionsOf, srcSet } from '../../contract/picture-sources.ts'

/** What the head of a page says before its script runs: to link previews, search engines, and the browser's preloader. */
export interface Head {
  title: string
  description: string
  /** Path of this page. */
  path: string
  type: 'website' | 'article' | 'profile'
  /** For previews. */
  image?: PreviewImage
  /** Paths of the API that the script will ask first. */
  data: readonly string[]
  /** The pictures that are seen first. */
  first: readonly SeenPicture[]
  isIndexed: boolean
}

interface SeenPicture {
  photo: PhotoCard
  sizes: string
  /** Of the screens that show it at first; null: all do. */
  media: string | null
}

export interface PreviewImage {
  path: string
  width: number
  height: number
  alt: string
}

export interface Origins {
  page: string
  edge: string
}

export interface PageDocument {
  /** As it is on disk: works, says nothing in particular. */
  plain: string
  withHead: (head: Head, origins: Origins, answers: Answers) => string
}

/** What the API answered, as JSON, by path: the script takes it from the page instead of asking (src/web/api/brought.ts). */
export type Answers = ReadonlyMap<string, string>

const SITE = 'MiniGram'
const TITLE = /<title>[^<]*<\/title>/
const DESCRIPTION = /<meta\s+name="description"[^>]*>/

/** How long a new build of the pages may go unnoticed. */
const LOOK_AGAIN_MS = 1_000

/** The document of the first of these directories that has one. Read again when it was built anew: its assets have other names then,
 *  and the balancer no longer has the old ones. @throws Error when there is none at the start */
export function openDocument(directories: readonly string[]): () => PageDocument {
  let stamp = stampOf(directories)
  let document = readDocument(directories)
  let lookedAtMs = Date.now()
  return () => {
    if (Date.now() - lookedAtMs >= LOOK_AGAIN_MS) {
      lookedAtMs = Date.now()
      const now = stampOf(directories)
      if (now !== null && now !== stamp) {
        document = readDocument(directories)
        stamp = now
      }
    }
    return document
  }
}

/** Which file, and which version of it; null while there is none. */
function stampOf(directories: readonly string[]): string | null {
  for (const directory of directories) {
    const found = statSync(join(directory, 'index.html'), { throwIfNoEntry: false })
    if (found) return `${directory} ${found.ino} ${found.mtimeMs}`
  }
  return null
}

/** Splits it around what differs from page to page. @throws Error when it is not one of ours */
function readDocument(directories: readonly string[]): PageDocument {
  const plain = readFirst(directories, 'index.html')
  if (plain === null) throw new Error(`no index.html in ${directories.join(' or ')}`)
  const [before, after, ...rest] = plain.replace(DESCRIPTION, '').split(TITLE)
  if (before === undefined || after === undefined || rest.length > 0)
    throw new Error('index.html has no single <title>')
  const script = browseScript(directories)
  const bodyEnd = after.lastIndexOf('</body>')
  const [until, from] = bodyEnd < 0 ? [after, ''] : [after.slice(0, bodyEnd), after.slice(bodyEnd)]
  return {
    plain,
    withHead: (head, origins, answers) =>
      before + headHtml(head, origins, answers, script) + until + answersHtml(answers) + from,
  }
}

/** Data, which no policy needs to allow: a browser runs nothing of this type. After all else, for scripts and pictures are asked
 *  for first. */
function answersHtml(answers: Answers): string {
  if (answers.size === 0) return ''
  const entries = [...answers].map(([path, json]) => `${JSON.stringify(path)}:${json}`)
  // Within JSON a < stands in strings alone.
  const text = `{${entries.join(',')}}`.replaceAll('<', '\\u003c')
  return `<script type="application/json" id="answers">${text}</script>\n  `
}

function readFirst(directories: readonly string[], name: string): string | null {
  for (const directory of directories) {
    try {
      return readFileSync(join(directory, name), 'utf8')
    } catch {
      continue
    }
  }
  return null
}

/** The script that all public pages share (vite.config.ts); null in a checkout that was never built. */
function browseScript(directories: readonly string[]): string | null {
  // Vite's own format.
  const manifest = JSON.parse(readFirst(directories, '.vite/manifest.json') ?? '{}') as Record<string, Chunk>
  return Object.values(manifest).find(({ name }) => name === 'browse')?.file ?? null
}

interface Chunk {
  name?: string
  file: string
}

function headHtml(head: Head, origins: Origins, answers: Answers, script: string | null): string {
  const { image, first } = head
  const asked = head.data.filter((path) => !answers.has(path))
  const lines = [
    `<title>${escaped(`${head.title} · ${SITE}`)}</title>`,
    meta('name', 'description', head.description),
    meta('name', 'edge-origin', origins.edge),
    element('link', { rel: 'preconnect', href: origins.edge }),
    ...first.map((picture) => announced(picture, origins.edge)),
    // as fetch() asks: same origin, cookies along
    ...asked.map((href) => element('link', { rel: 'preload', as: 'fetch', crossorigin: 'anonymous', href })),
    ...(script ? [element('link', { rel: 'modulepreload', crossorigin: 'anonymous', href: `/${script}` })] : []),
    element('link', { rel: 'canonical', href: origins.page + head.path }),
    ...(head.isIndexed ? [] : [meta('name', 'robots', 'noindex')]),
    meta('property', 'og:site_name', SITE),
    meta('property', 'og:type', head.type),
    meta('property', 'og:title', head.title),
    meta('property', 'og:description', head.description),
    meta('property', 'og:url', origins.page + head.path),
    ...(image ? imageTags(image, origins.edge) : []),
    meta('name', 'twitter:card', image ? 'summary_large_image' : 'summary'),
  ]
  return lines.join('\n    ')
}

function imageTags(image: PreviewImage, edge: string): string[] {
  return [
    meta('property', 'og:image', edge + image.path),
    meta('property', 'og:image:type', 'image/jpeg'),
    meta('property', 'og:image:width', String(image.width)),
    meta('property', 'og:image:height', String(image.height)),
    meta('property', 'og:image:alt', image.alt),
  ]
}

/** Asked for while the script is still on its way; `imagesrcset` and `imagesizes` choose as the picture itself will. */
function announced({ photo, sizes, media }: SeenPicture, edge: string): string {
  const format = renditionsOf(photo)[0]?.format ?? 'jpeg'
  return element('link', {
    rel: 'preload',
    as: 'image',
    type: `image/${format}`,
    imagesrcset: srcSet(photo, format, edge),
    imagesizes: sizes,
    ...(media !== null && { media }),
    fetchpriority: 'high',
  })
}

function meta(kind: 'name' | 'property', name: string, content: string): string {
  return element('meta', { [kind]: name, content })
}

function element(name: string, attributes: Readonly<Record<string, string>>): string {
  const written = Object.entries(attributes).map(([key, value]) => `${key}="${escaped(value)}"`)
  return `<${name} ${written.join(' ')} />`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** For text and for quoted attributes. Control characters have no business in either. */
function escaped(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is removed
  return text.replace(/[\u0000-\u001f\u007f]/g, ' ').replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '')
}
