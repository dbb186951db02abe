/** The child that decodes pictures, forked by image-worker.ts: one job at a time, and it may be killed at any moment. */
import { writeFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { getPriority } from 'node:os'
import sharp from 'sharp'
import { AppError } from '../../platform/errors.ts'
import type { Answer, JobKind, JobMessage, JobReply, Question } from './image-jobs.ts'
import { DAMAGED, describePicture, inspectPicture } from './read-picture.ts'
import { renderAvatar, renderAvif, renderPicture } from './render-picture.ts'

// Formats that we do not accept are not even compiled in, as far as hostile input is concerned.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({ operation: ['Jpeg', 'Png', 'Webp', 'Heif', 'Nsgif'].map((name) => `VipsForeignLoad${name}`) })
sharp.cache(false)
sharp.concurrency(1)

// Whoever ends by SIGKILL has no later occasion; the next one starts quicker, with 25 MiB less.
flushCompileCache()

// Linux shares cores out between sessions before it looks at niceness, which counts within one. Where it does not, there is no such file.
try {
  writeFileSync('/proc/self/autogroup', String(getPriority()))
} catch {
  // Niceness alone, then.
}

// The parent is gone; SIGKILL because an orderly exit would wait for a decode that nobody awaits.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.on('message', (message: JobMessage) => {
  void reply(message).then((answer) => process.send?.(answer))
})

const jobs: { [K in JobKind]: (question: Question<K>) => Promise<Answer<K>> } = {
  describe: describePicture,
  inspect: inspectPicture,
  render: renderPicture,
  renderAvif,
  renderAvatar,
}

async function reply<K extends JobKind>({ kind, question }: JobMessage<K>): Promise<JobReply> {
  try {
    return { outcome: 'done', answer: await jobs[kind](question) }
  } catch (error) {
    if (error instanceof AppError) {
      return { outcome: 'refused', code: error.code, detail: error.detail, reason: error.message }
    }
    const reason = error instanceof Error ? error.message : String(error)
    // A system call's failure (disk full, file gone) is ours; whatever else the decoder says is about the picture.
    if (error instanceof Error && 'syscall' in error) {
      return { outcome: 'failed', reason, systemCode: 'code' in error ? String(error.code) : undefined }
    }
    return { outcome: 'refused', code: 'media.undecodable', detail: DAMAGED, reason }
  }
}
