import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { openQuotas, QuotaUnavailable } from './quota.ts'
import { findCpuController, groupOf, planQuota, planTop } from './quota-plan.ts'

const V1 = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw`
const V2 = '31 23 0:28 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot'

test('version 1: groups stand below the own one, quota and period are two files', () => {
  const controller = findCpuController({
    mountinfo: V1,
    ownCgroup: '3:cpuset:/\n2:cpu,cpuacct:/user.slice\n0::/other\n',
    controllersAt: () => '',
  })
  assert.deepEqual(controller?.root, '/sys/fs/cgroup/cpu,cpuacct/user.slice')
  assert.equal(controller.version, 1)
  const top = '/sys/fs/cgroup/cpu,cpuacct/user.slice/mg'
  assert.deepEqual(planTop(controller, 'mg'), [{ kind: 'make', path: top }])
  assert.deepEqual(planQuota(controller, 'mg', 'app1', 0.15), [
    { kind: 'make', path: `${top}/app1` },
    { kind: 'write', path: `${top}/app1/cpu.cfs_period_us`, text: '20000' },
    { kind: 'write', path: `${top}/app1/cpu.cfs_quota_us`, text: '3000' },
  ])
})

test('version 2: the controller is handed down, quota and period are one line', () => {
  const controller = findCpuController({ mountinfo: V2, ownCgroup: '0::/a', controllersAt: () => 'cpuset cpu io\n' })
  assert.ok(controller)
  assert.deepEqual(planTop(controller, 'mg'), [
    { kind: 'write', path: '/sys/fs/cgroup/cgroup.subtree_control', text: '+cpu' },
    { kind: 'make', path: '/sys/fs/cgroup/mg' },
    { kind: 'write', path: '/sys/fs/cgroup/mg/cgroup.subtree_control', text: '+cpu' },
  ])
  assert.deepEqual(planQuota(controller, 'mg', 'pg2', 0.5).at(-1), {
    kind: 'write',
    path: '/sys/fs/cgroup/mg/pg2/cpu.max',
    text: '10000 20000',
  })
  assert.equal(groupOf(controller, '0::/system.slice/x.service\n'), '/sys/fs/cgroup/system.slice/x.service')
})

test('a container sees only its own part of the tree', () => {
  const mountinfo = '50 49 0:29 /docker/abc /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu'
  const controller = findCpuController({ mountinfo, ownCgroup: '4:cpu:/docker/abc', controllersAt: () => '' })
  assert.equal(controller?.root, '/sys/fs/cgroup/cpu')
  assert.equal(groupOf(controller, '4:cpu:/docker/abc/x'), '/sys/fs/cgroup/cpu/x')
})

test('no cpu controller is said, and a share that the kernel would refuse is not tried', () => {
  assert.equal(findCpuController({ mountinfo: V2, ownCgroup: '0::/', controllersAt: () => 'cpuset io pids' }), null)
  assert.throws(
    () => planQuota({ version: 1, mount: '/c', mountRoot: '/', root: '/c' }, 'mg', 'app1', 0.01),
    RangeError,
  )
})

test('a busy process gets no more than its share, then goes back to where it was', async (t) => {
  const child = spawn(process.execPath, ['-e', 'for (const end = Date.now() + 60000; Date.now() < end;) {}'])
  t.after(() => child.kill('SIGKILL'))
  const pid = child.pid ?? assert.fail('not started')
  const home = readFileSync(`/proc/${pid}/cgroup`, 'utf8')
  let quotas
  try {
    quotas = openQuotas({ stateDirectory: `/nowhere/${pid}` })
  } catch (error) {
    assert.ok(error instanceof QuotaUnavailable, String(error))
    t.skip(error.message)
    return
  }
  quotas.limit('busy', 0.1, [pid])
  const group = /^.*:\/(.*minigram-[0-9a-f]{10}\/busy)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))
  assert.ok(group, 'it is in the group')
  const ticks = () => Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[11])
  const from = ticks()
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  const usedSeconds = (ticks() - from) / 100
  // A tenth of two seconds is 0.2; half of the machine would be 1 and more.
  assert.ok(usedSeconds < 0.5, `${usedSeconds} s`)
  assert.ok(quotas.throttling('busy').throttledPeriods > 20)
  quotas.release()
  assert.equal(readFileSync(`/proc/${pid}/cgroup`, 'utf8'), home)
  for (const root of ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/cpu,cpuacct', '/sys/fs/cgroup'])
    assert.ok(!existsSync(`${root}/${group[1]}`))
})
