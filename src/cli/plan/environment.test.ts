import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stackEnvironment } from './environment.ts'
import { DEFAULT_SETTINGS } from './settings.ts'

test('the environment of a stack is this list and nothing else', () => {
  const environment = stackEnvironment({
    ...DEFAULT_SETTINGS,
    stateDir: '/srv/mg',
    portOffset: 20_000,
    nodeBinary: '/n',
  })
  assert.deepEqual(environment, {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C.UTF-8',
    HOME: '/srv/mg',
    MINIGRAM_STATE: '/srv/mg',
    MINIGRAM_RELEASE: '/srv/mg/release/current',
    MINIGRAM_USER: 'minigram',
    MINIGRAM_NODE: '/n',
    MINIGRAM_PORT_OFFSET: '20000',
    MINIGRAM_PUBLIC_BIND: '0.0.0.0',
    MINIGRAM_OPS_BIND: '127.0.0.1',
    MINIGRAM_PORT_LB: '20080',
    MINIGRAM_PORT_EDGE: '28081',
    MINIGRAM_PORT_EDGE_PURGE: '24081',
    MINIGRAM_PORT_LB_PURGE: '24082',
    MINIGRAM_PORT_NGINX_STATUS: '28080',
    MINIGRAM_PORT_PROMETHEUS: '29090',
    MINIGRAM_PORT_ETCD_CLIENT: '24301',
    MINIGRAM_PORT_ETCD_PEER: '24302',
    MINIGRAM_PORT_PG1: '25501',
    MINIGRAM_PORT_PG2: '25502',
    MINIGRAM_PORT_PG3: '25503',
    MINIGRAM_PORT_PATRONI1: '25601',
    MINIGRAM_PORT_PATRONI2: '25602',
    MINIGRAM_PORT_PATRONI3: '25603',
    MINIGRAM_PORT_REDIS_MAIN: '26301',
    MINIGRAM_PORT_REDIS_CACHE: '26302',
    MINIGRAM_PORT_APP_METRICS: '24100',
    MINIGRAM_PORT_WORKER_METRICS: '24121',
    MINIGRAM_PORT_WATCHER_METRICS: '24122',
    MINIGRAM_SECRETS_DIR: '/srv/mg/secrets',
    MINIGRAM_MEDIA_DIR: '/srv/mg/media',
    MINIGRAM_SPOOL_DIR: '/srv/mg/spool',
    MINIGRAM_POSTGRES_NODES: 'pg1=127.0.0.1:25501,pg2=127.0.0.1:25502,pg3=127.0.0.1:25503',
    MINIGRAM_REDIS_MAIN: '127.0.0.1:26301',
    MINIGRAM_REDIS_CACHE: '127.0.0.1:26302',
    MINIGRAM_EDGE_PURGE_TARGETS: 'http://127.0.0.1:24081',
    MINIGRAM_LB_PURGE_TARGET: 'http://127.0.0.1:24082',
    MINIGRAM_LB_MAX_FAILS: '1',
    MINIGRAM_LB_FAIL_TIMEOUT: '2s',
    MINIGRAM_LB_WEIGHTS: '1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1',
    MINIGRAM_LB_RATE: '10r/s',
    MINIGRAM_LB_BURST: '100',
  })
})
