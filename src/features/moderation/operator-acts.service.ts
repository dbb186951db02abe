import type { OperatorAct } from '../../contract/moderation.ts'
import { newId } from '../../platform/ids.ts'
import type { Writer } from '../../platform/postgres.ts'
import type { ViewerAccount } from '../../platform/viewer.ts'
import { insertAct } from './moderation.queries.ts'

/** Who did what to whom, in the act's own transaction: no act without its record. */
export async function noteOperatorAct(
  trx: Writer,
  operator: ViewerAccount,
  { act, target, reason = '' }: { act: OperatorAct['act']; target: string; reason?: string },
): Promise<void> {
  await insertAct(trx, { id: newId(), operator_id: operator.id, operator: operator.username, act, target, reason })
}
