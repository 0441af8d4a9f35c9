import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AttemptProgress } from '../../src/client/attempt-progress.ts'
import { ConnectingQueue } from '../../src/client/connecting-queue.ts'
import { Deadline } from '../../src/client/deadline.ts'
import { readHandshakeLimits } from '../../src/connection/limits.ts'
import { ManualClock } from '../../src/testing/index.ts'

function attempts(parallel: boolean): {
  clock: ManualClock
  queue: ConnectingQueue
  attempt(limitMs?: number): { progress: AttemptProgress; deadline: Deadline }
} {
  const clock = new ManualClock()
  const queue = new ConnectingQueue()
  const attempt = (limitMs: number = 10_000): { progress: AttemptProgress; deadline: Deadline } => {
    const deadline = new Deadline(clock, limitMs, undefined, () => assert.fail())
    const settings = { parallel, limits: readHandshakeLimits({ turnMs: 2_000 }) }
    return { progress: new AttemptProgress({ connections: { clock }, queue }, settings, deadline), deadline }
  }
  return { clock, queue, attempt }
}

test('a second attempt to one place waits until the first gives its turn back, or has been silent for limits.turnMs [RC3]', async () => {
  const { clock, queue, attempt } = attempts(false)
  const [first, second, third] = [attempt(), attempt(), attempt()]
  await first.progress.enter(['192.0.2.1 80'])
  const entered: string[] = []
  const waiting = [second, third].map(({ progress }, i) => progress.enter(['192.0.2.1 80']).then(() => entered.push(`attempt ${i + 2}`)))
  assert.equal(queue.waiting, 2)
  assert.deepEqual([second.deadline.queued, first.deadline.queued], [true, false])
  first.progress.end()
  await waiting[0]
  assert.deepEqual(entered, ['attempt 2'])
  await clock.advance(2_000)
  await waiting[1]
  assert.deepEqual(entered, ['attempt 2', 'attempt 3'])
})

test('an attempt whose time is over leaves the queue', async () => {
  const { clock, queue, attempt } = attempts(false)
  await attempt().progress.enter(['192.0.2.1 80'])
  const late = attempt(1_000)
  const entered = assert.rejects(late.progress.enter(['192.0.2.1 80', '192.0.2.2 80']), { stage: 'timeout' })
  assert.equal(queue.waiting, 1)
  await clock.advance(1_000)
  await entered
  assert.equal(queue.waiting, 0)
})

test('parallel attempts do not wait for each other', async () => {
  const { queue, attempt } = attempts(true)
  for (let i = 0; i < 3; i++) await attempt().progress.enter(['192.0.2.1 80'])
  assert.equal(queue.waiting, 0)
})
