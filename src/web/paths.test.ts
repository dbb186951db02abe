import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paths, safeNext } from './paths.ts'

test('the addresses of the web UI stay what they are', () => {
  const all = {
    home: paths.home(),
    explore: paths.explore(),
    search: paths.search(),
    searchFor: paths.search('añn & bob'),
    signIn: paths.signIn(),
    signInThen: paths.signIn('/photos/1?x=y'),
    signInFromHome: paths.signIn('/'),
    signUp: paths.signUp('/upload'),
    reset: paths.reset(),
    upload: paths.upload(),
    photo: paths.photo('0198c0de-0000-7000-8000-000000000001'),
    profile: paths.profile('mei.lin'),
    followers: paths.followers('ann'),
    following: paths.following('ann'),
    settings: paths.settings(),
    ops: paths.ops(),
    opsSettled: paths.ops('settled'),
    opsActs: paths.opsActs(),
    opsPhoto: paths.opsPhoto('0198c0de-0000-7000-8000-000000000001'),
    opsAccount: paths.opsAccount('mei.lin'),
  }
  assert.deepEqual(all, {
    home: '/',
    explore: '/explore',
    search: '/search',
    searchFor: '/search?q=a%C3%B1n%20%26%20bob',
    signIn: '/sign-in',
    signInThen: '/sign-in?next=%2Fphotos%2F1%3Fx%3Dy',
    signInFromHome: '/sign-in',
    signUp: '/sign-up?next=%2Fupload',
    reset: '/reset',
    upload: '/upload',
    photo: '/photos/0198c0de-0000-7000-8000-000000000001',
    profile: '/@mei.lin',
    followers: '/@ann/followers',
    following: '/@ann/following',
    settings: '/settings',
    ops: '/ops',
    opsSettled: '/ops?state=settled',
    opsActs: '/ops/acts',
    opsPhoto: '/ops/photos/0198c0de-0000-7000-8000-000000000001',
    opsAccount: '/ops/accounts/mei.lin',
  })
})

test('signing in never leads to another site', () => {
  for (const bad of [null, '', 'https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])
    assert.equal(safeNext(bad), '/')
  assert.equal(safeNext('/photos/1'), '/photos/1')
})
