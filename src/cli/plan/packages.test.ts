import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  aptInstallCommand,
  createclusterFile,
  presetFile,
  requiredPackages,
  servicesToKeepOff,
  unlocatable,
} from './packages.ts'

test('Debian 12 runs Patroni unpacked, Debian 13 from its own package', () => {
  assert.ok(requiredPackages(12).includes('postgresql-15') && !requiredPackages(12).includes('patroni'))
  assert.ok(requiredPackages(13).includes('postgresql-17') && requiredPackages(13).includes('patroni'))
})

test('only services of packages that are missing are kept off', () => {
  assert.deepEqual(servicesToKeepOff(['varnish', 'procps']), ['varnish', 'varnishncsa'])
  assert.deepEqual(servicesToKeepOff([]), [])
})

test('the preset file keeps what an earlier run wrote', () => {
  const first = presetFile('', ['nginx'])
  const second = presetFile(first, ['varnish'])
  assert.match(second, /^disable nginx\.service$/m)
  assert.match(second, /^disable varnish\.service$/m)
  assert.equal(presetFile(second, ['nginx']), second)
})

test('createcluster.conf gets one line, unless it says yes or no already', () => {
  assert.match(createclusterFile('ssl = on\n#create_main_cluster = true\n') ?? '', /\ncreate_main_cluster = false\n$/)
  assert.equal(createclusterFile('create_main_cluster = true\n'), null)
})

test('apt never asks and brings nothing that was not named', () => {
  const command = aptInstallCommand(['nginx-light'])
  assert.ok(command.includes('--no-install-recommends') && command.includes('-y'))
  assert.equal(command.at(-1), 'nginx-light')
})

test("a package that no source offers is read from apt's own words", () => {
  const output = "E: Unable to locate package varnish-modules\nE: Package 'etcd-server' has no installation candidate\n"
  assert.deepEqual(unlocatable(output), ['varnish-modules', 'etcd-server'])
})
