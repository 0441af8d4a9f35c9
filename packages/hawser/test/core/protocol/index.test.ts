import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as protocol from '../../../src/core/protocol/index.ts'

test('the entry point has the connection and the primitives of frames', () => {
  assert.deepEqual(Object.keys(protocol).sort(), [
    'BINARY',
    'CLOSE',
    'CONTINUATION',
    'Connection',
    'MAX_CONTROL_PAYLOAD',
    'MAX_REASON_BYTES',
    'Output',
    'PENDING',
    'PING',
    'PONG',
    'RSV1',
    'RSV2',
    'RSV3',
    'TEXT',
    'Utf8Validator',
    'applyMask',
    'describeOpcode',
    'explainCloseCode',
    'isCloseCodeOnWire',
    'isControlOpcode',
    'isReservedOpcode',
    'parseFrameHeader',
    'rotateKey',
    'serializeFrame',
    'serializeMessage',
  ])
})
