import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { listProcesses, processTree, programOf, signal } from '../../src/fleet/process-table.ts'
import { stackProcesses } from '../../src/cli/run/processes.ts'
import type { Person } from '../support/person.ts'
import { component, components, eventually, minigram, newPerson, somePhoto, stack } from '../support/stack.ts'

/** Longer than Patroni's ttl of 20 s and an election. */
const NEW_LEADER_DEADLINE_MS = 60_000
const REJOIN_DEADLINE_MS = 120_000

const primaryName = async () =>
  (await components()).find(({ role, healthy }) => role === 'primary' && healthy)?.name ?? null

/** Comments every 250 ms until stopped; keeps the ids that were acknowledged. */
function keepCommenting(person: Person, photoId: string) {
  let isStopping = false
  const acknowledged: string[] = []
  const running = (async () => {
    for (let turn = 0; !isStopping; turn++) {
      const key = `frozen-${person.username}-${turn}`
      for (;;) {
        const answer = await person
          .send('POST', `/api/photos/${photoId}/comments`, { text: `comment ${turn}` }, { 'idempotency-key': key })
          .catch(() => null)
        if (answer?.status === 201) acknowledged.push(answer.body.id)
        if (answer?.status === 201 || isStopping) break
        await sleep(250)
      }
      await sleep(250)
    }
  })()
  return {
    acknowledged,
    async stop() {
      isStopping = true
      await running
    },
  }
}

test(
  'a primary that freezes past its lease and resumes loses no acknowledged write',
  { timeout: 400_000 },
  async () => {
    const author = await newPerson('ida')
    const { body: photo } = await author.uploads('/api/photos', await somePhoto())
    const writers = await Promise.all(
      ['jo', 'kim', 'lee'].map(async (name) => keepCommenting(await newPerson(name), photo.id)),
    )
    await sleep(3_000)

    const frozen = (await primaryName()) ?? assert.fail('there is no primary')
    const postmaster = (await component(frozen)).pid ?? assert.fail('the primary has no pid')
    const all = listProcesses()
    const patroni = stackProcesses(stack.state, null, null).filter(({ pid }) => programOf(pid) === frozen)
    const pids = [
      ...new Set(
        [postmaster, ...patroni.map(({ pid }) => pid)].flatMap((pid) => processTree(pid, all).map((each) => each.pid)),
      ),
    ]
    assert.ok(pids.length > 3, 'Patroni, the postmaster and its children')
    const resume = () => {
      for (const pid of pids) signal(pid, 'SIGCONT')
    }
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    try {
      const leader = await eventually('another node leads', NEW_LEADER_DEADLINE_MS, async () => {
        const name = await primaryName()
        return name !== null && name !== frozen ? name : null
      })
      const acknowledgedSoFar = writers.map(({ acknowledged }) => acknowledged.length)
      await eventually('writes go on', 30_000, async () =>
        writers.every(({ acknowledged }, index) => acknowledged.length > (acknowledgedSoFar[index] ?? 0)) ? true : null,
      )
      await sleep(4_000)
      resume()
      await eventually('the frozen node is a replica again', REJOIN_DEADLINE_MS, async () => {
        const nodes = (await components()).filter(({ component }) => component === 'postgres')
        const roles = nodes.map(({ role, healthy }) => (healthy ? role : null))
        return roles.filter((role) => role === 'primary').length === 1 &&
          roles.filter((role) => role === 'replica').length === 2
          ? true
          : null
      })
      assert.equal(await primaryName(), leader, 'the resumed node did not take the lead back')
    } finally {
      resume()
      for (const writer of writers) await writer.stop()
    }

    const acknowledged = writers.flatMap((writer) => writer.acknowledged)
    const { code, stdout, stderr } = await minigram(
      'psql',
      '--',
      '-At',
      '-c',
      `select id from comments where photo_id = '${photo.id}'`,
    )
    assert.equal(code, 0, stderr)
    const stored = new Set(stdout.trim().split('\n'))
    assert.deepEqual(
      acknowledged.filter((id) => !stored.has(id)),
      [],
    )
    assert.equal(stored.size, new Set(acknowledged).size, 'repeated keys had one effect')
    assert.ok(acknowledged.length > 30)
  },
)
