import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

/** What people did that is worth counting and finding again. Ids go to the log, never into a label. */
export type BusinessEvent =
  | 'account.created'
  | 'account.deleted'
  | 'session.created'
  | 'session.refused'
  | 'session.revoked'
  | 'password.changed'
  | 'photo.published'
  | 'photo.refused'
  | 'photo.rendered'
  | 'photo.deleted'
  | 'photo.liked'
  | 'comment.posted'
  | 'account.followed'
  | 'photo.reported'
  | 'photo.hidden'
  | 'photo.shown'
  | 'account.suspended'
  | 'account.restored'
  | 'export.requested'
  | 'export.ready'
  | 'export.failed'

export interface Events {
  note(event: BusinessEvent, ids?: Readonly<Record<string, string>>): void
}

export function createEvents(log: Log, metrics: Metrics): Events {
  return {
    note(event, ids = {}) {
      metrics.events.inc({ event })
      log.info({ event, ...ids })
    },
  }
}
