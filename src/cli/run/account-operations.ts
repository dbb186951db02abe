import { createAccountOperations } from '../../features/accounts/account-operations.service.ts'
import { createSessions } from '../../features/accounts/sessions.service.ts'
import { loadConfig } from '../../platform/config.ts'
import { AppError } from '../../platform/errors.ts'
import { createLog } from '../../platform/log.ts'
import type { RedisMain } from '../../platform/redis.ts'
import { openServices } from '../../processes/services.ts'
import { CliError, EXIT } from '../cli-error.ts'
import { commandFor, type Context } from '../context.ts'
import { stackEnvironment } from '../plan/environment.ts'
import { findPrimary } from './stack.ts'

const REDIS_DEADLINE_MS = 2_000

/** Runs `work` against the running stack. @throws CliError when nothing runs, nothing can be written or nobody has that name */
export async function withAccountOperations<Result>(
  context: Context,
  work: (operations: ReturnType<typeof createAccountOperations>) => Promise<Result>,
): Promise<Result> {
  if ((await findPrimary(context.settings)) === null) {
    throw new CliError('no database node takes writes here', {
      next: commandFor(context, 'status'),
      exitCode: EXIT.notRunning,
    })
  }
  const { config, secrets } = loadConfig(stackEnvironment({ ...context.settings, nodeBinary: process.execPath }))
  const log = createLog('cli', 'silent')
  await using services = openServices(config, secrets, log, { hasReaders: false })
  await services.postgres.untilWritable(5_000)
  await untilConnected(services.redisMain)
  await using sessions = createSessions(services)
  try {
    return await work(createAccountOperations({ db: services.db, sessions }))
  } catch (error) {
    if (error instanceof AppError) throw new CliError(error.message, { cause: error })
    throw error
  }
}

/** Without redis-main the work is done all the same, and the worker tells it later. */
async function untilConnected(redisMain: RedisMain): Promise<void> {
  const end = Date.now() + REDIS_DEADLINE_MS
  while (redisMain.epoch() === null && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20))
}
