import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'
import { publishes } from '../../../test/support/photos.ts'
import { jpeg } from '../../../test/support/pictures.ts'
import { newMediaKey } from '../../platform/ids.ts'
import { createOrphanJobs } from './orphans.jobs.ts'

const log = { warn: () => undefined } as never
const context = { log, attempt: 1, lastAttempt: false }

test('the sweep removes files without an owner, and never what has one or is young', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const { id } = await publishes(app, ann)
  const hidden = await publishes(app, ann, 'hidden')
  await ann.uploads('/api/accounts/me/avatar', await jpeg('face'), { method: 'PUT' })
  await app.runJobs()
  await app.rows(`update all_photos set hidden_at = now(), hidden_reason = 'test' where id = $1`, [hidden.id])
  const { db, metrics, config } = app.services
  const { mediaDirectory, spoolDirectory } = config
  const owned = readdirSync(mediaDirectory).filter((name) => !name.startsWith('.'))
  assert.equal(owned.length, 3)

  const [photo, avatar] = [newMediaKey(), newMediaKey()]
  for (const [key, file] of [
    [photo, '320.jpg'],
    [avatar, '256.webp'],
  ] as const) {
    mkdirSync(join(mediaDirectory, key))
    writeFileSync(join(mediaDirectory, key, file), 'x')
  }
  const requestBodyDirectory = join(spoolDirectory, 'lb')
  mkdirSync(requestBodyDirectory)
  writeFileSync(join(requestBodyDirectory, '0000000001'), 'x')
  writeFileSync(join(mediaDirectory, 'not-ours.txt'), 'x')
  utimesSync(join(mediaDirectory, photo), 1, 1)

  const deps = { db, metrics, mediaDirectory, requestBodyDirectory }
  await createOrphanJobs(deps)['orphans.sweep']?.({}, context)
  await app.runJobs()
  assert.equal(readdirSync(mediaDirectory).filter((name) => !name.startsWith('.')).length, 6, 'all of it is young')

  const later = { ...deps, now: () => Date.now() + 3_700_000 }
  await createOrphanJobs(later)['orphans.sweep']?.({}, context)
  await app.runJobs()
  assert.deepEqual(
    readdirSync(mediaDirectory)
      .filter((name) => !name.startsWith('.'))
      .toSorted(),
    [...owned, 'not-ours.txt'].toSorted(),
  )
  assert.deepEqual(readdirSync(requestBodyDirectory), [])
  const counted = await metrics.registry.getSingleMetricAsString('orphans_total')
  for (const kind of ['photo', 'avatar', 'request-body']) assert.match(counted, new RegExp(`kind="${kind}"\\} 1\\b`))
  assert.equal((await ann.get(`/api/photos/${id}`)).status, 200)

  await createOrphanJobs(later)['orphans.sweep']?.({}, context)
  assert.equal(await metrics.registry.getSingleMetricAsString('orphans_total'), counted, 'a second sweep finds nothing')
})

test('the sweep finds its way through a directory larger than one batch, and through none', async (t) => {
  const app = await startApp(t)
  const { db, metrics, config } = app.services
  const mediaDirectory = join(config.stateDirectory, 'many')
  mkdirSync(mediaDirectory)
  for (let count = 0; count < 1_100; count += 1) mkdirSync(join(mediaDirectory, newMediaKey()))
  const deps = {
    db,
    metrics,
    requestBodyDirectory: join(config.stateDirectory, 'none'),
    now: () => Date.now() + 3_700_000,
  }
  await createOrphanJobs({ ...deps, mediaDirectory })['orphans.sweep']?.({}, context)
  await createOrphanJobs({ ...deps, mediaDirectory: join(config.stateDirectory, 'none') })['orphans.sweep']?.(
    {},
    context,
  )
  const [jobs] = await app.rows<{ keys: number }>(
    `select sum(json_array_length(payload -> 'keys'))::int as keys from graphile_worker._private_jobs`,
  )
  assert.equal(jobs?.keys, 1_100)
})
