import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cancellation } from '../../../src/client/cancellation.ts'
import type { DialProgress } from '../../../src/client/dial.ts'
import { SharedDial } from '../../../src/client/http2/shared-dial.ts'
import { ManualClock, settle } from '../../../src/testing/index.ts'

function progress(): { readonly progress: DialProgress; readonly stages: string[] } {
  const stages: string[] = []
  return {
    stages,
    progress: {
      signal: new Cancellation(),
      abortSignal: new AbortController().signal,
      race: async (promise) => promise,
      stage: (stage) => stages.push(stage),
      enter: async () => undefined,
    },
  }
}

test('callers that share a dial get its stages, from the current one', async () => {
  const clock = new ManualClock()
  const leader = progress()
  let dialling: DialProgress | undefined
  let answer: ((outcome: string) => void) | undefined
  const shared = new SharedDial<string>(clock, leader.progress, (from) => {
    dialling = from
    from.stage('tcp')
    return new Promise((resolve) => {
      answer = resolve
    })
  })
  const early = progress()
  const first = shared.follow(early.progress, 2_000)
  dialling?.stage('tls')
  const late = progress()
  const second = shared.follow(late.progress, 2_000)
  answer?.('open')
  assert.deepEqual(await Promise.all([first, second, shared.outcome]), ['open', 'open', 'open'])
  dialling?.stage('settings')
  assert.deepEqual([leader.stages, early.stages, late.stages], [['tcp', 'tls', 'settings'], ['tcp', 'tls'], ['tls']])
  assert.equal(clock.pending, 0)
})

test('turnMs runs from the start of the dial, for each that follows', async () => {
  const clock = new ManualClock()
  const shared = new SharedDial<string>(clock, progress().progress, () => new Promise(() => undefined))
  await clock.advance(1_500)
  const outcomes: unknown[] = []
  void shared.follow(progress().progress, 2_000).then((outcome) => outcomes.push([clock.now(), outcome]))
  void shared.follow(progress().progress, 1_000).then((outcome) => outcomes.push([clock.now(), outcome]))
  await settle()
  await clock.advance(1_000)
  assert.deepEqual(outcomes, [
    [1_500, undefined],
    [2_000, undefined],
  ])
})
