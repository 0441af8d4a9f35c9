import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../src/core/errors.ts'
import { coreOptions, readSocketSettings } from '../../src/connection/socket-settings.ts'
import { createTestPlatform } from '../../src/testing/index.ts'

const wrong: readonly (readonly [option: string, options: object])[] = [
  ['limits', { limits: 5 }],
  ['limits.mesage', { limits: { mesage: 1 } }],
  ['limits.message', { limits: { message: 0 } }],
  ['limits.message', { limits: { message: '1mb' } }],
  ['limits.sendBuffer', { limits: { sendBuffer: -1 } }],
  ['limits.frame', { limits: { frame: 100 } }],
  ['limits.connections', { limits: { connections: 0.5 } }],
  ['keepalive', { keepalive: true }],
  ['keepalive.intervalMs', { keepalive: { intervalMs: 0 } }],
  ['keepalive.jitter', { keepalive: { jitter: 1.5 } }],
  ['keepalive.jitter', { keepalive: { jitter: Number.NaN } }],
  ['idleTimeoutMs', { idleTimeoutMs: 0 }],
  ['tooFast', { tooFast: 'drop' as never }],
  ['limits.messagesPerSecond', { limits: { messagesPerSecond: 0 } }],
  ['limits.bytesPerSecond', { limits: { bytesPerSecond: 0.5 } }],
  ['keepalive.interval', { keepalive: { interval: 5 } }],
  ['closeTimeoutMs', { closeTimeoutMs: Number.NaN }],
  ['invalidMessage', { invalidMessage: 1000 }],
  ['slowConsumer', { slowConsumer: 'drop' }],
  ['text', { text: 'buffer' }],
]

for (const [option, options] of wrong) {
  test(`${JSON.stringify(options)} is refused at once, naming ${option}`, () => {
    assert.throws(
      () => readSocketSettings(options),
      (error: OptionError) => error instanceof OptionError && error.option === option && error.expected !== '',
    )
  })
}

test('the defaults are those that the interfaces state [A4, A18]', () => {
  const settings = readSocketSettings({})
  assert.deepEqual(settings, {
    limits: {
      frame: 1_048_576,
      message: 1_048_576,
      streamedMessage: Infinity,
      fragments: 16_384,
      incompleteBytes: 2_162_688,
      incompleteMs: 120_000,
      controlFramesPerSecond: 1000,
      sendBuffer: 16_777_216,
      highWaterMark: 65_536,
      lowWaterMark: 0,
      receiveBuffer: 65_536,
      messagesPerSecond: Infinity,
      bytesPerSecond: Infinity,
      expandedPerSecond: 16_777_216,
    },
    keepaliveIntervalMs: 20_000,
    keepaliveTimeoutMs: 20_000,
    keepaliveJitter: 0.1,
    keepaliveAlways: false,
    idleTimeoutMs: 0,
    closeTimeoutMs: 10_000,
    invalidMessage: 'report',
    slowConsumer: 'close',
    directBytes: 16_777_216,
    tooFast: 'pause',
    text: 'string',
    streams: false,
  })
  assert.equal(readSocketSettings({ keepalive: false }).keepaliveIntervalMs, 0)
  const platform = createTestPlatform(1)
  assert.equal(coreOptions('server', readSocketSettings({ text: 'bytes' }), platform, [], false).textAs, 'bytes')
  assert.equal(coreOptions('server', readSocketSettings({ text: 'bytes' }), platform, [], true).textAs, 'string')
})
