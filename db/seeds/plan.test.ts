import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BIO_MAX_CHARS, USERNAME_MAX_CHARS, USERNAME_PATTERN } from '../../src/contract/limits.ts'
import { colourName } from './alt-text.ts'
import { parseEdges } from './edge-list.ts'
import { planFollows, type Follows } from './graph.ts'
import { idAt, idTail, unixMsOf } from './identity.ts'
import { latinOf, planPeople } from './people.ts'
import { planPhotos, usualPhotoCount } from './photos.ts'
import { createRandom } from './random.ts'
import { planComments, planLikes } from './reactions.ts'
import { EVERYDAY } from './words/captions.ts'

const NO_GRAPH = { nodeCount: 0, edges: [] }

test('an edge list is read with comments, tabs, commas and repetitions', () => {
  const list = parseEdges('# friends\n\n7 9\n9\t7\r\n9, 12\n% more\n 12 12 \n')
  assert.equal(list.nodeCount, 3)
  // 9 has most edges and becomes person 0; 7 and 12 follow in the order of their ids.
  assert.deepEqual(list.edges, [
    [1, 0],
    [0, 2],
  ])
})

test('a malformed edge line is named', () => {
  for (const [text, line] of [
    ['1 2\n3 x\n', 2],
    ['1 2\n\n3\n', 3],
    ['1 2 3\n', 1],
    ['-1 2\n', 1],
    ['1.5 2\n', 1],
    ['999999999999999 1\n', 1],
    ['1 2\n\u0000\n', 2],
  ] as const)
    assert.throws(() => parseEdges(text), new RegExp(`^Error: line ${line}: two whole numbers`), JSON.stringify(text))
  assert.throws(() => parseEdges('# nothing\n'), /no edge/)
})

test('an edge means that both follow each other', () => {
  const follows = planFollows('a', 3, parseEdges('0 1\n1 2\n'))
  assert.deepEqual(pairsOf(follows), ['0>1', '0>2', '1>0', '2>0'])
  assert.deepEqual(new Set(follows.followersOf(0)), new Set([1, 2]))
})

test('a graph for fewer people than it has keeps the best connected', () => {
  const list = parseEdges('0 1\n1 2\n2 3\n1 3\n')
  assert.deepEqual(pairsOf(planFollows('a', 2, list)), ['0>1', '1>0'])
})

test('a generated graph is heavy-tailed: most have few followers, a few have very many', () => {
  const people = 3_000
  const follows = planFollows('a', people, NO_GRAPH)
  const degrees = Array.from({ length: people }, (_, person) => follows.followersOf(person).length).sort(
    (a, b) => b - a,
  )
  const median = degrees[people / 2] ?? 0
  const topPercent = degrees.slice(0, people / 100).reduce((sum, degree) => sum + degree, 0)
  assert.ok((degrees[0] ?? 0) > 12 * median, `most ${degrees[0]}, median ${median}`)
  assert.ok(topPercent > 0.07 * follows.count, `the first percent has ${topPercent} of ${follows.count}`)
  assert.ok(follows.count > 25 * people && follows.count < 50 * people)
  assert.equal(new Set(pairsOf(follows)).size, follows.count, 'each pair once')
  assert.ok(!pairsOf(follows).some((pair) => pair.split('>')[0] === pair.split('>')[1]), 'nobody follows themselves')
})

test('a graph is the same for the same seed, and part of every larger one', () => {
  const small = pairsOf(planFollows('a', 200, NO_GRAPH))
  assert.deepEqual(pairsOf(planFollows('a', 200, NO_GRAPH)), small)
  assert.notDeepEqual(pairsOf(planFollows('b', 200, NO_GRAPH)), small)
  const larger = new Set(pairsOf(planFollows('a', 400, NO_GRAPH)))
  assert.ok(small.every((pair) => larger.has(pair)))
})

test('people whom a graph does not know follow as in a generated one', () => {
  const follows = planFollows('a', 50, parseEdges('0 1\n1 2\n'))
  assert.ok(follows.followersOf(0).length > 5)
  assert.ok(follows.count > 300)
})

test('twenty thousand people have usernames of their own that could be signed up with', () => {
  const people = planPeople('a', 20_000)
  assert.equal(new Set(people.map((person) => person.username)).size, people.length)
  assert.equal(new Set(people.map((person) => person.idTail)).size, people.length)
  const shape = new RegExp(USERNAME_PATTERN)
  for (const { username, displayName, bio } of people) {
    assert.ok(
      shape.test(username) && username.length <= USERNAME_MAX_CHARS && username === username.toLowerCase(),
      username,
    )
    assert.ok(displayName.length > 0 && !/undefined|[{}]/.test(displayName + bio) && bio.length <= BIO_MAX_CHARS, bio)
  }
  assert.deepEqual(
    people.slice(0, 2).map((person) => person.username),
    ['ada', 'grace'],
  )
  assert.ok(new Set(people.map((person) => person.displayName)).size > 2_000)
})

test('people are the same for the same seed, however many there are', () => {
  assert.deepEqual(planPeople('a', 300).slice(0, 40), planPeople('a', 40))
  assert.notDeepEqual(planPeople('b', 40).slice(10), planPeople('a', 40).slice(10))
})

test('names are written in letters from a to z', () => {
  assert.equal(latinOf('Łucja'), 'lucja')
  assert.equal(latinOf('Søren'), 'soren')
  assert.equal(latinOf('İpek'), 'ipek')
  assert.equal(latinOf('Weiß'), 'weiss')
  assert.equal(latinOf(['陽菜', 'hina']), 'hina')
})

test('a few people post most of the photos, all after they signed up', () => {
  const people = planPeople('a', 500)
  const photos = planPhotos('a', 2_000, people, planFollows('a', 500, NO_GRAPH), 60)
  const perAuthor = new Map<number, number>()
  for (const { author, ageMs } of photos) {
    assert.ok((people[author]?.ageMs ?? 0) > ageMs && ageMs > 0)
    perAuthor.set(author, (perAuthor.get(author) ?? 0) + 1)
  }
  const counts = [...perAuthor.values()].sort((a, b) => b - a)
  assert.ok(counts.slice(0, 50).reduce((sum, count) => sum + count, 0) > 0.4 * photos.length)
  assert.ok(perAuthor.size < 420, 'some only look')
  assert.deepEqual(new Set(photos.slice(0, 60).map((photo) => photo.picture)).size, 60, 'each picture before any again')
})

test('likes are heavy-tailed, never one’s own, and each person’s once', () => {
  const followers = Int32Array.from({ length: 150 }, (_, at) => at + 1)
  const counts = Array.from({ length: 400 }, (_, index) => {
    const likes = planLikes('a', { index, author: 0, followers, peopleCount: 500 })
    assert.equal(new Set(likes.map((like) => like.person)).size, likes.length)
    assert.ok(likes.every(({ person, when }) => person !== 0 && person < 500 && when >= 0 && when < 1))
    const comments = planComments('a', { index, author: 0, likes, subject: EVERYDAY }, (person) => `person${person}`)
    assert.ok(comments.every(({ text }) => text.length > 0 && !/undefined|[{}]/.test(text)))
    assert.ok(comments.length <= 2 * likes.length)
    return likes.length
  }).sort((a, b) => b - a)
  assert.ok((counts[0] ?? 0) > 5 * (counts[200] ?? 0), `most ${counts[0]}, median ${counts[200]}`)
})

test('about three photos a person, as a round number', () => {
  assert.deepEqual([1, 60, 962, 1_000, 1_200].map(usualPhotoCount), [3, 200, 3_000, 3_000, 4_000])
})

test('an id tells its time and is the same for the same name', () => {
  const tail = idTail('a', 'photo', 7)
  const id = idAt(1_732_298_123_456, tail)
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal(unixMsOf(id), 1_732_298_123_456)
  assert.equal(idTail('a', 'photo', 7), tail)
  assert.notEqual(idTail('a', 'photo', 8), tail)
})

test('random numbers are even, and a sample has no twins', () => {
  const random = createRandom('a')
  const buckets = Array.from({ length: 10 }, () => 0)
  for (let draw = 0; draw < 20_000; draw++) {
    const bucket = random.below(10)
    buckets[bucket] = (buckets[bucket] ?? 0) + 1
  }
  assert.ok(
    buckets.every((count) => count > 1_800 && count < 2_200),
    buckets.join(),
  )
  assert.equal(new Set(random.sample(30, 40)).size, 30)
  assert.deepEqual(new Set(random.sample(9, 4)), new Set([0, 1, 2, 3]))
  assert.deepEqual(new Set(random.shuffle([1, 2, 3, 4])), new Set([1, 2, 3, 4]))
})

test('colours have names', () => {
  assert.equal(colourName(0.9, 0.1, 0.1), 'red')
  assert.equal(colourName(0.1, 0.15, 0.35), 'dark blue')
  assert.equal(colourName(0.5, 0.5, 0.52), 'grey')
  assert.equal(colourName(0.8, 0.9, 0.8), 'light muted green')
})

function pairsOf(follows: Follows): string[] {
  return Array.from({ length: follows.count }, (_, at) => follows.pair(at).join('>')).sort()
}
