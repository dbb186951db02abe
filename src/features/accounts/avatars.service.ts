import type { FastifyRequest } from 'fastify'
import type { OwnAccount } from '../../contract/accounts.ts'
import type { Database } from '../../platform/consistency.ts'
import { AppError } from '../../platform/errors.ts'
import { newId, newMediaKey } from '../../platform/ids.ts'
import type { Writer } from '../../platform/postgres.ts'
import type { Spool } from '../../platform/spool.ts'
import type { Media } from '../media/media.service.ts'
import { replaceAvatar } from './accounts.queries.ts'
import { ownAccount, present, rewriteCard, touchAccounts } from './accounts.service.ts'

export interface AvatarDeps {
  db: Database
  media: Pick<Media, 'inspect' | 'renderAvatar' | 'directoryOf' | 'erase'>
  spool: Pick<Spool, 'receive'>
  eraseMedia: (trx: Writer, keys: readonly string[]) => Promise<void>
}

export type Avatars = ReturnType<typeof createAvatars>

export function createAvatars({ db, media, spool, eraseMedia }: AvatarDeps) {
  /** Rendered before the answer: it is small. A new key each time, so that no cache shows the one before. @throws AppError media.*, request.* */
  async function set(request: FastifyRequest, accountId: string): Promise<OwnAccount> {
    await using upload = await spool.receive(request, newId(), [])
    // Bounds the time that decoding may take, which rendering does not.
    await media.inspect(upload.path)
    const key = newMediaKey()
    const directory = media.directoryOf(key)
    try {
      await media.renderAvatar(upload.path, directory)
      return await replace(accountId, key)
    } catch (error) {
      // After a lost connection the row may name it all the same: a file too many is better than one too few.
      if (error instanceof AppError && error.status < 500) await media.erase(directory)
      throw error
    }
  }

  function replace(accountId: string, key: string | null): Promise<OwnAccount> {
    return db.write(accountId, async (trx, after) => {
      touchAccounts(after, accountId)
      const row = present(await replaceAvatar(trx, accountId, key))
      await rewriteCard(trx, after, row)
      if (row.previous_key !== null) await eraseMedia(trx, [row.previous_key])
      return ownAccount(row)
    })
  }

  return { set, remove: (accountId: string) => replace(accountId, null) }
}
