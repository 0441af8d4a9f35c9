import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bunCapabilities, crosswsCapabilities, denoCapabilities, workersCapabilities } from '../../src/fetch/capabilities.ts'
import { refuseUnsupported } from '../../src/fetch/unsupported.ts'
import { OptionError, permessageDeflate } from '../../src/index.ts'

function refusal(options: object, capabilities = bunCapabilities): string | undefined {
  try {
    refuseUnsupported(options, capabilities)
    return undefined
  } catch (error) {
    assert.ok(error instanceof OptionError)
    assert.match(error.message, new RegExp(capabilities.platform))
    return error.option
  }
}

test('no platform honours these options, and none is ignored', () => {
  for (const capabilities of [bunCapabilities, denoCapabilities, workersCapabilities, crosswsCapabilities]) {
    assert.equal(refusal({ extensions: [permessageDeflate()] }, capabilities), 'extensions')
    assert.equal(refusal({ keepalive: false }, capabilities), 'keepalive')
    assert.equal(refusal({ observe: {} }, capabilities), 'observe')
    assert.equal(refusal({ text: 'bytes' }, capabilities), 'text')
    assert.equal(refusal({ stream() {} }, capabilities), 'stream')
    assert.equal(refusal({ messages: 'streams' }, capabilities), 'messages')
    assert.equal(refusal({ slowConsumer: 'drop-oldest' }, capabilities), 'slowConsumer')
    for (const limit of [
      'frame',
      'streamedMessage',
      'fragments',
      'incompleteBytes',
      'incompleteMs',
      'controlFramesPerSecond',
      'startLine',
      'earlyData',
      'memory',
    ]) {
      assert.equal(refusal({ limits: { [limit]: 1000 } }, capabilities), `limits.${limit}`)
    }
  }
})

test('an option that needs a capability is refused exactly where the platform lacks it', () => {
  const needed: readonly [object, string, 'bufferedAmount' | 'remoteAddress'][] = [
    [{ slowConsumer: 'close' }, 'slowConsumer', 'bufferedAmount'],
    [{ drained() {} }, 'drained', 'bufferedAmount'],
    [{ dropped() {} }, 'dropped', 'bufferedAmount'],
    [{ limits: { sendBuffer: 1 } }, 'limits.sendBuffer', 'bufferedAmount'],
    [{ trustProxy: ['10.0.0.0/8'] }, 'trustProxy', 'remoteAddress'],
    [{ limits: { connectionsPerAddress: 1 } }, 'limits.connectionsPerAddress', 'remoteAddress'],
  ]
  for (const capabilities of [bunCapabilities, denoCapabilities, workersCapabilities, crosswsCapabilities]) {
    for (const [options, option, capability] of needed) {
      assert.equal(refusal(options, capabilities), capabilities[capability] ? undefined : option, `${option} on ${capabilities.platform}`)
    }
  }
})

test('limits for each second need tooFast: close, because no platform makes a peer wait for them', () => {
  assert.equal(refusal({ limits: { messagesPerSecond: 5 } }), 'tooFast')
  assert.equal(refusal({ limits: { bytesPerSecond: 5 }, tooFast: 'pause' }), 'tooFast')
  assert.equal(refusal({ limits: { bytesPerSecond: 5 }, tooFast: 'close' }), undefined)
})

test('a handler of a class counts, too', () => {
  class Handlers {
    drained(): void {}
  }
  assert.equal(refusal(new Handlers(), workersCapabilities), 'drained')
})
