import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { closeExitCode, closeText, explainHandshake, handshakeExitCode, ruleText } from '../../src/cli/failure.ts'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { painter } from '../../src/cli/terminal.ts'
import { ConnectionError, HandshakeError } from '../../src/core/errors.ts'
import type { HandshakeStage, ReceivedResponse, Rule } from '../../src/core/errors.ts'
import type { CloseInfo } from '../../src/core/protocol/events.ts'

const rule: Rule = { id: 'RS7', document: 'RFC 6455', section: '4.2.2', level: 'MUST', text: 'An unknown version is refused.' }

function response(status: number, body = ''): ReceivedResponse {
  const fields = [
    ['Server', 'x\u001b[31m'],
    ['Content-Type', 'text/html'],
  ] as const
  return { httpVersion: '1.1', status, statusText: 'Nope', fields, body: Buffer.from(body), bodyTruncated: body.length > 20 }
}

function failed(stage: HandshakeStage, more: Partial<ConstructorParameters<typeof HandshakeError>[1]> = {}): HandshakeError {
  return new HandshakeError('it failed', { stage, fault: 'peer', ...more })
}

function closed(info: Partial<CloseInfo>): CloseInfo {
  return { code: 1006, reason: '', wasClean: false, initiator: 'remote', sent: undefined, received: undefined, error: undefined, ...info }
}

describe('the exit code of a failed opening handshake', () => {
  test('depends on the stage', () => {
    for (const [stage, code] of [
      ['url', exitCodes.usage],
      ['dns', exitCodes.network],
      ['tcp', exitCodes.network],
      ['proxy', exitCodes.network],
      ['tls', exitCodes.tls],
      ['timeout', exitCodes.timeout],
      ['aborted', exitCodes.interrupted],
      ['accept', exitCodes.invalidHandshake],
      ['subprotocol', exitCodes.invalidHandshake],
      ['extensions', exitCodes.invalidHandshake],
      ['response', exitCodes.invalidHandshake],
    ] as const) {
      assert.equal(handshakeExitCode(failed(stage)), code, stage)
    }
  })

  test('differs for a refusal and for a response that breaks a rule', () => {
    assert.equal(handshakeExitCode(failed('response', { response: response(403) })), exitCodes.refused)
    assert.equal(handshakeExitCode(failed('redirect', { response: response(302) })), exitCodes.refused)
    assert.equal(handshakeExitCode(failed('accept', { response: response(101) })), exitCodes.invalidHandshake)
  })

  test('is that of a timeout at every stage', () => assert.equal(handshakeExitCode(failed('tcp', { fault: 'timeout' })), exitCodes.timeout))
})

describe('the exit code of a close', () => {
  const received = (code: number) => closed({ code, received: { code, reason: '' }, wasClean: true })
  test('depends on who closed and how', () => {
    for (const code of [1000, 1001, 1005]) assert.equal(closeExitCode(received(code)), exitCodes.clean)
    for (const code of [1002, 1008, 1011, 3000, 4999]) assert.equal(closeExitCode(received(code)), exitCodes.closedWithError)
    assert.equal(closeExitCode(closed({ initiator: 'network' })), exitCodes.abnormal)
    const error = (fault: ConnectionError['fault']) => new ConnectionError('x', { fault, closeCode: 1002 })
    assert.equal(closeExitCode(closed({ error: error('peer') })), exitCodes.protocolError)
    assert.equal(closeExitCode(closed({ error: error('timeout') })), exitCodes.timeout)
    assert.equal(closeExitCode(closed({ error: error('network') })), exitCodes.abnormal)
  })

  test('has a text', () => {
    assert.equal(closeText(received(1000)), 'closed 1000 by the peer')
    const info = closed({
      code: 1008,
      reason: 'a\u001bb',
      initiator: 'local',
      error: new ConnectionError('too bad', { fault: 'peer', closeCode: 1008, rule }),
    })
    assert.equal(closeText(info), 'closed 1008 "a\\\\x1bb" by this end: too bad (RFC 6455 section 4.2.2)')
  })
})

describe('the explanation of a failed opening handshake', () => {
  const explain = (error: HandshakeError) => explainHandshake(error, painter(false))

  test('has stage, rule with section and level, versions, fields, content and hint', () => {
    const text = explain(failed('response', { response: response(426, 'use 13'), rule, supportedVersions: ['13', '8'], hint: 'try 13' }))
    assert.match(text, /^hawser: it failed \(RFC 6455 section 4\.2\.2\)$/m)
    assert.match(text, /stage\s+response \(the response\)/)
    assert.match(text, /rule\s+An unknown version is refused\. \(RFC 6455 section 4\.2\.2, MUST, RS7\)/)
    assert.match(text, /versions\s+the server supports 13, 8/)
    assert.match(text, /^ {4}HTTP\/1\.1 426 Nope$/m)
    assert.match(text, /^ {4}Content-Type: text\/html$/m)
    assert.match(text, /^ {4}use 13$/m)
    assert.match(text, /hint\s+try 13/)
  })

  test('names command line options in hints', () => {
    for (const [hint, typed] of [
      ['set noSubprotocol to accept to go on without one', 'set --any-subprotocol to go on without one'],
      ['put it into tls.ca if you trust it', 'put it into --ca if you trust it'],
      ['the server wants a client certificate: tls.cert and tls.key', 'the server wants a client certificate: --cert and --key'],
    ] as const) {
      assert.ok(explain(failed('tls', { hint })).includes(typed), hint)
    }
  })

  test('names the doctor with the way and the URL, as a shell reads it and without its credentials', () => {
    const text = (stage: HandshakeError['stage'], ...doctor: readonly string[]) =>
      explainHandshake(failed(stage), painter(false), doctor.length === 0 ? undefined : doctor)
    assert.match(text('response', 'wss://a.example/chat'), /^ {2}diagnose +hawser doctor wss:\/\/a\.example\/chat$/m)
    assert.match(text('tcp', 'ws://me:secret@a.example/?a=1&b'), /^ {2}diagnose +hawser doctor 'ws:\/\/…@a\.example\/\?a=1&b'$/m)
    assert.match(text('proxy', '--proxy', 'http://me:secret@p:1', 'ws://a/'), /hawser doctor --proxy 'http:\/\/…@p:1' ws:\/\/a\/$/m)
    assert.doesNotMatch(text('url', 'ws://a b/'), /doctor/)
    assert.doesNotMatch(text('response'), /doctor/)
  })

  test('escapes everything from the peer', () => {
    const text = explain(failed('response', { response: response(400, '\u001b[2Jx\r\ny') }))
    assert.doesNotMatch(text, /\u001b|\r/)
    assert.match(text, /Server: x\\x1b\[31m/)
  })

  test('says when the content was cut', () => {
    assert.match(explain(failed('response', { response: response(400, 'x'.repeat(30)) })), /only the first 30 bytes are shown/)
  })

  test('names the cause given by the system', () => {
    const cause = Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED' })
    assert.match(explain(failed('tcp', { cause })), /cause\s+ECONNREFUSED: connect failed/)
    assert.doesNotMatch(explain(failed('tcp', { cause: 'x' })), /cause/)
  })

  test('shows a rule without an id', () => {
    const { id: _id, ...bare } = rule
    assert.equal(ruleText(bare), 'An unknown version is refused. (RFC 6455 section 4.2.2, MUST)')
  })
})
