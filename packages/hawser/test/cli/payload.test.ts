import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesToText, parsePayload, renderPayload } from '../../src/cli/payload.ts'

const line = (text: string): Uint8Array => Buffer.from(text)

test('a line becomes a text message without its carriage return', () => {
  assert.equal(parsePayload(line('héllo\r'), 'text', 'line 1'), 'héllo')
  assert.equal(parsePayload(line('\ufeffx'), 'text', 'line 1'), '\ufeffx')
})

test('sends the bytes of a line unchanged as binary', () => {
  assert.deepEqual(parsePayload(Uint8Array.of(0xff, 0x0d), 'binary', 'line 1'), Uint8Array.of(0xff, 0x0d))
})

test('decodes hexadecimal and base64 lines', () => {
  assert.deepEqual(parsePayload(line('00 ff\t1A'), 'hex', 'line 1'), Uint8Array.of(0, 0xff, 0x1a))
  assert.deepEqual(parsePayload(line(''), 'hex', 'line 1'), new Uint8Array(0))
  assert.deepEqual(parsePayload(line('AP8='), 'base64', 'line 1'), Uint8Array.of(0, 0xff))
  assert.deepEqual(parsePayload(line('AP8'), 'base64', 'line 1'), Uint8Array.of(0, 0xff))
  assert.deepEqual(parsePayload(line('_-8'), 'base64', 'line 1'), Uint8Array.of(0xff, 0xef))
})

test('refuses a line of the wrong format and says which', () => {
  assert.throws(() => parsePayload(line('0'), 'hex', 'line 3 of standard input'), /line 3 of standard input: expected pairs of hexadecimal digits/)
  assert.throws(() => parsePayload(line('xy'), 'hex', 'line 1'), /hexadecimal/)
  for (const wrong of ['A', 'A===', '!!!!', 'AAAAA']) assert.throws(() => parsePayload(line(wrong), 'base64', 'line 1'), /expected base64/)
  assert.throws(() => parsePayload(Uint8Array.of(0xff), 'text', 'line 1'), /line 1 is not valid UTF-8.*RFC 6455 section 5\.6.*--binary/)
})

test('renders a received message as a line, and with --binary as its bytes', () => {
  assert.equal(Buffer.from(renderPayload('hi', 'hex')).toString(), 'hi\n')
  assert.equal(Buffer.from(renderPayload(Uint8Array.of(0, 255), 'text')).toString(), '00ff\n')
  assert.equal(Buffer.from(renderPayload(Uint8Array.of(0, 255), 'hex')).toString(), '00ff\n')
  assert.equal(Buffer.from(renderPayload(Uint8Array.of(0, 255), 'base64')).toString(), 'AP8=\n')
  assert.deepEqual(renderPayload(Uint8Array.of(0, 255), 'binary'), Uint8Array.of(0, 255))
  assert.equal(bytesToText(new Uint8Array([9, 1, 2, 9]).subarray(1, 3), 'hex'), '0102')
})
