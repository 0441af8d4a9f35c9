import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError } from '../../src/core/errors.ts'
import { HandlerCalls } from '../../src/connection/handler-calls.ts'
import type { HandlerName, SocketHandlers } from '../../src/connection/handlers.ts'
import { settle } from '../../src/testing/index.ts'

/** What the connection was told, and the promises that hold messages. */
class Recorded extends HandlerCalls<{ isOpen: boolean; fail(error: ConnectionError): void }> {
  readonly log: string[]

  constructor(handlers: SocketHandlers, log: string[] = []) {
    const socket = { isOpen: true, fail: (error: ConnectionError): void => void log.push(`fail ${error.closeCode} ${error.message}`) }
    super(socket, handlers, { report: (error, where) => void log.push(`report ${where} ${String(error)}`), connectionClosed() {} })
    this.log = log
  }

  open(holds: boolean): void {
    this.call('open', () => this.handlers.open?.(this.socket), holds)
  }

  end(): void {
    this.callClose({ code: 1000, reason: '', wasClean: true, initiator: 'local', sent: undefined, received: undefined, error: undefined })
  }

  protected override dropHeld(): void {
    this.log.push('drop held')
  }

  protected override awaitHandler(_thenable: PromiseLike<unknown>, where: HandlerName): void {
    this.log.push(`await ${where}`)
  }
}

const failure = (): never => {
  throw new Error('mine')
}

test('a handler that throws or rejects is reported and fails its connection with 1011, after what waits is dropped [RFC 6455 §7.4.1]', async () => {
  for (const drained of [failure, async () => failure()]) {
    const calls = new Recorded({ drained })
    calls.drained()
    await settle()
    assert.deepEqual(calls.log, ['report drained Error: mine', 'drop held', 'fail 1011 the drained handler failed'])
  }
})

test('a failing close handler is only reported, since the connection has ended', () => {
  const calls = new Recorded({ close: failure })
  calls.end()
  assert.deepEqual(calls.log, ['report close Error: mine'])
})

test('only a promise that was asked to hold messages is awaited, and without a dropped handler nothing reports', () => {
  const calls = new Recorded({ open: () => Promise.resolve() })
  calls.open(false)
  calls.open(true)
  assert.deepEqual(calls.log, ['await open'])
  assert.equal(calls.dropReporter, undefined)
})
