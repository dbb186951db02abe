import { Readable } from 'node:stream'
import type { Database } from '../../platform/consistency.ts'
import type { Reader } from '../../platform/postgres.ts'
import type { Media } from '../media/media.service.ts'
import type { ArchiveEntry } from './archive.ts'
import * as queries from './export.queries.ts'

/** Below every id. */
const FIRST = '00000000-0000-0000-0000-000000000000'
const ROWS_PER_QUERY = 500
const PHOTOS_PER_QUERY = 100
/** The upright picture as it is kept; photos that were seeded may have their largest rendition alone. */
const MASTERS = ['master.jpg', 'master.webp', '1280.jpg']

type Section = [name: string, rows: AsyncIterable<object>]

/**
 * What an account has here, as entries of an archive: each photo's master, then `data.json` with everything else.
 * Memory does not grow with it but for the names of the files. `onPhoto` is told how many photos are done.
 */
export function createAccountData({ db, media }: { db: Database; media: Pick<Media, 'openFile'> }) {
  /** Primary: it is asked for right after the last upload, and has to be complete. */
  const read = <T>(query: (db: Reader) => Promise<T>) => db.readPrimary(query)

  async function* rowsOf<Row extends { id: string }>(
    limit: number,
    query: (db: Reader, after: string, limit: number) => Promise<Row[]>,
  ): AsyncGenerator<Row> {
    let rows: Row[] = []
    do {
      const after = rows.at(-1)?.id ?? FIRST
      rows = await read((db) => query(db, after, limit))
      yield* rows
    } while (rows.length === limit)
  }

  const photosOf = (accountId: string) =>
    rowsOf(PHOTOS_PER_QUERY, (db, after, limit) => queries.photosData(db, accountId, after, limit))

  async function* entries(accountId: string, onPhoto: (done: number) => Promise<void>): AsyncGenerator<ArchiveEntry> {
    const fileNames = new Map<string, string>()
    let done = 0
    for await (const photo of photosOf(accountId)) {
      const found = await media.openFile(photo.media_key, MASTERS)
      if (found) {
        const name = `photos/${photo.id}${found.name.slice(found.name.lastIndexOf('.'))}`
        fileNames.set(photo.id, name)
        const content = found.file.createReadStream()
        yield { name, content, modifiedAt: photo.created_at, isCompressed: true }
      }
      done += 1
      await onPhoto(done)
    }
    const content = Readable.from(json(accountId, fileNames))
    yield { name: 'data.json', content, modifiedAt: new Date(), isCompressed: false }
  }

  async function* json(accountId: string, fileNames: ReadonlyMap<string, string>): AsyncGenerator<string> {
    const account = await read((db) => queries.accountData(db, accountId))
    yield `{\n"exportedAt": "${new Date().toISOString()}",\n"account": ${JSON.stringify(account && named(account))}`
    for (const [name, rows] of sections(accountId, fileNames)) {
      yield `,\n"${name}": [`
      let separator = '\n'
      for await (const row of rows) {
        yield separator + JSON.stringify(row)
        separator = ',\n'
      }
      yield ']'
    }
    yield '\n}\n'
  }

  function sections(accountId: string, fileNames: ReadonlyMap<string, string>): Section[] {
    const all = <Row extends { id: string }>(
      query: (db: Reader, accountId: string, after: string, limit: number) => Promise<Row[]>,
    ) => rowsOf(ROWS_PER_QUERY, (db, after, limit) => query(db, accountId, after, limit))
    return [
      [
        'photos',
        mapped(
          photosOf(accountId),
          ({ media_key: _key, hidden_at: hiddenAt, hidden_reason: hiddenReason, ...photo }) => ({
            ...named(photo),
            file: fileNames.get(photo.id) ?? null,
            hidden: hiddenAt === null ? null : { hiddenAt, reason: hiddenReason },
          }),
        ),
      ],
      ['comments', mapped(all(queries.commentsData), named)],
      ['likes', mapped(all(queries.likesData), ({ id, created_at: createdAt }) => ({ photoId: id, createdAt }))],
      ...(['following', 'followers'] as const).map((side): Section => [
        side,
        mapped(
          all((db, id, after, limit) => queries.followsData(db, id, side, after, limit)),
          ({ username, created_at: since }) => ({ username, since }),
        ),
      ]),
      [
        'reports',
        mapped(all(queries.reportsData), ({ id, created_at: createdAt, ...report }) => ({
          photoId: id,
          ...report,
          createdAt,
        })),
      ],
      ['devices', mapped(all(queries.sessionsData), ({ id: _id, ...session }) => named(session))],
    ]
  }

  return { entries, countPhotos: (accountId: string) => read((db) => queries.countPhotos(db, accountId)) }
}

async function* mapped<Row, Shown extends object>(
  rows: AsyncIterable<Row>,
  shown: (row: Row) => Shown,
): AsyncGenerator<Shown> {
  for await (const row of rows) yield shown(row)
}

/** Columns as the API names them: `created_at` → `createdAt`. */
function named(row: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  )
}
