import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { overheadOf, WaitingMessages } from '../../src/connection/waiting-messages.ts'

const overhead = overheadOf(undefined)

test('messages and turns come in the order they were queued, and each counts with its overhead', () => {
  const waiting = new WaitingMessages()
  const turn = (): void => undefined
  waiting.push('a', 1, undefined, undefined)
  waiting.pushTurn(turn)
  waiting.push('bc', 2, undefined, 'key')
  assert.deepEqual([waiting.bytes, waiting.heldBytes], [3, 3 + 2 * overhead + overheadOf('key')])
  assert.equal((waiting.shift() as { data: unknown }).data, 'a')
  assert.equal(waiting.shift(), turn)
  assert.equal((waiting.shift() as { data: unknown }).data, 'bc')
  assert.equal(waiting.shift(), undefined)
  assert.deepEqual([waiting.bytes, waiting.heldBytes, waiting.isEmpty], [0, 0, true])
})

test('the oldest message is dropped, and no turn', () => {
  const waiting = new WaitingMessages()
  const turn = (): void => undefined
  waiting.pushTurn(turn)
  waiting.push('a', 1, undefined, undefined)
  waiting.push('b', 1, undefined, undefined)
  assert.equal(waiting.dropOldest(), 1)
  assert.equal(waiting.shift(), turn)
  assert.equal((waiting.shift() as { data: unknown }).data, 'b')
  assert.equal(waiting.dropOldest(), undefined)
})

test('any sequence of calls agrees with a list', () => {
  const call = fc.oneof(
    fc.record({ kind: fc.constant('push' as const), key: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }), size: fc.nat(9) }),
    fc.record({ kind: fc.constantFrom('turn' as const, 'shift' as const, 'drop' as const) }),
  )
  fc.assert(
    fc.property(fc.array(call, { maxLength: 60 }), (calls) => {
      const waiting = new WaitingMessages()
      let model: { name: string; size: number; key: number | undefined; turn?: () => void }[] = []
      for (const [index, one] of calls.entries()) {
        const name = String(index)
        if (one.kind === 'push') {
          const older = one.key === undefined ? undefined : model.find(({ key }) => key === one.key)
          if (one.key !== undefined) assert.equal(waiting.sizeOf(one.key), older?.size)
          if (older === undefined) {
            waiting.push(name, one.size, undefined, one.key)
            model.push({ name, size: one.size, key: one.key })
          } else {
            waiting.replace(one.key as number, name, one.size, undefined)
            older.name = name
            older.size = one.size
          }
        } else if (one.kind === 'turn') {
          const turn = (): void => undefined
          waiting.pushTurn(turn)
          model.push({ name, size: 0, key: undefined, turn })
        } else if (one.kind === 'shift') {
          const expected = model.shift()
          const found = waiting.shift()
          assert.equal(typeof found === 'function' ? found : found?.data, expected?.turn ?? expected?.name)
        } else {
          const oldest = model.find(({ turn }) => turn === undefined)
          model = model.filter((entry) => entry !== oldest)
          assert.equal(waiting.dropOldest(), oldest?.size)
        }
        assert.equal(
          waiting.bytes,
          model.reduce((sum, { size }) => sum + size, 0),
        )
        assert.equal(
          waiting.heldBytes,
          model.reduce((sum, { size, key }) => sum + size + overheadOf(key), 0),
        )
        assert.equal(waiting.isEmpty, model.length === 0)
      }
    }),
  )
})
