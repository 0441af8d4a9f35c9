import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cancellation } from '../../src/client/cancellation.ts'

test('a cancellation calls its listeners once and in order, without those that were removed meanwhile', () => {
  const cancellation = new Cancellation()
  const calls: string[] = []
  const second = (): void => void calls.push('second')
  const unknown = (): void => assert.fail('was never added')
  const third = (): void => void calls.push('third')
  cancellation.addEventListener('abort', () => {
    calls.push(`first, ${String(cancellation.aborted)}, ${String(cancellation.reason)}`)
    cancellation.removeEventListener('abort', second)
  })
  for (const listener of [second, third]) cancellation.addEventListener('abort', listener)
  cancellation.removeEventListener('abort', unknown)
  assert.deepEqual([cancellation.aborted, cancellation.reason], [false, undefined])
  cancellation.abort('why')
  cancellation.abort('again')
  assert.deepEqual(calls, ['first, true, why', 'third'])
  assert.equal(cancellation.reason, 'why')
})
