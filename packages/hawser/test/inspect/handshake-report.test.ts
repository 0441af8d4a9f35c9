import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { reportHandshake as report } from '../../src/inspect/handshake-report.ts'
import type { HandshakeReport } from '../../src/inspect/handshake-report.ts'
import type { ObservedHandshake } from '../../src/connection/observer.ts'
import { HandshakeError } from '../../src/index.ts'

const reportHandshake = (event: ObservedHandshake, declaredSubprotocols: readonly string[] | undefined): HandshakeReport =>
  report(event, { declaredSubprotocols, credentials: true, head: 32_768 })

const transport = {
  httpVersion: '1.1',
  secure: false,
  remoteAddress: undefined,
  remotePort: undefined,
  localAddress: undefined,
  localPort: undefined,
} as const

const common = { role: 'server', url: undefined, time: 0, condition: undefined, error: undefined } as const

function observed(request: string, response: string, rule?: ObservedHandshake['rule']): ObservedHandshake {
  const status = Number(response.slice(9, 12))
  const reason = status === 101 ? undefined : 'no such path'
  return { ...common, request: Buffer.from(request), response: Buffer.from(response), status, reason, rule, transport }
}

const request = [
  'GET /chat HTTP/1.1',
  'Host: h:1',
  'Upgrade: websocket',
  'Connection: keep-alive, Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Protocol: wamp, soap',
  'Origin: http://h:1',
  'User-Agent: x',
  'X-Own: y',
  '__proto__: z',
  '',
  '',
].join('\r\n')
const accepted =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n'

describe('the report of a handshake', () => {
  test('explains and cites every line', () => {
    const report = reportHandshake(observed(request, `${accepted}Sec-WebSocket-Protocol: soap\r\n\r\n`), ['soap'])
    assert.deepEqual(
      report.request.lines.map(({ raw }) => raw),
      request.trimEnd().split('\r\n'),
    )
    for (const line of [...report.request.lines, ...report.response.lines]) {
      assert.ok(line.meaning.length > 15, line.raw)
      assert.match(line.citation?.text ?? '', /RFC \d+ section|Fetch/, line.raw)
    }
    const parts = report.request.lines.map(({ part }) => part)
    assert.deepEqual(parts, [...Array<string>(8).fill('handshake'), 'http', 'unknown', 'unknown'])
    assert.equal(report.request.raw, request)
    assert.equal(report.accept?.matches, true)
  })

  test('says which offered subprotocol matches', () => {
    const [matches, none] = [['soap'], ['other']].map((declared) => {
      const lines = reportHandshake(observed(request, `${accepted}\r\n`), declared).request.lines
      return lines.find(({ name }) => name === 'Sec-WebSocket-Protocol')?.meaning ?? ''
    })
    assert.match(matches ?? '', /declares soap, so the first match is soap/)
    assert.match(none ?? '', /declares other, so none matches/)
  })

  test('distinguishes opened, refused by browsers only, and refused', () => {
    assert.equal(reportHandshake(observed(request, `${accepted}Sec-WebSocket-Protocol: soap\r\n\r\n`), ['soap']).verdict.outcome, 'opened')
    const browser = reportHandshake(observed(request, `${accepted}\r\n`), []).verdict
    assert.equal(browser.outcome, 'browser refuses')
    assert.match(browser.text, /declares none of wamp, soap/)
    assert.equal(reportHandshake(observed(request.replace(/Sec-WebSocket-Protocol.*\r\n/, ''), `${accepted}\r\n`), []).verdict.outcome, 'opened')
    const rule = { document: 'RFC 6455', section: '4.2.2', level: 'MUST', text: 'The path is known.' } as const
    const refused = reportHandshake(observed(request, 'HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno', rule), [])
    assert.deepEqual(
      [refused.verdict.outcome, refused.verdict.text],
      ['refused', 'The server refused the handshake with 404: The path is known. (no such path)'],
    )
    assert.equal(refused.verdict.citation?.text, 'RFC 6455 section 4.2.2')
    assert.equal(refused.response.content, 'no')
    assert.equal(refused.accept?.sent, undefined)
  })

  test('compares Origin with Host', () => {
    const meaning = (origin: string) =>
      reportHandshake(observed(request.replace('http://h:1', origin), `${accepted}\r\n`), []).request.lines.find(({ name }) => name === 'Origin')
        ?.meaning ?? ''
    assert.match(meaning('http://h:1'), /same origin, which is allowed/)
    assert.match(meaning('http://other'), /cross-origin/)
    assert.match(meaning('null'), /opaque/)
  })

  test('shows bytes that are not a request unchanged', () => {
    const report = reportHandshake(observed('\r\n', 'HTTP/1.1 400 Bad Request\r\n\r\n'), [])
    assert.equal(report.accept, undefined)
    assert.equal(report.verdict.outcome, 'refused')
  })

  test('shows pseudo-header fields over HTTP/2, where any 2xx opens', () => {
    const head =
      ':method: CONNECT\r\n:protocol: websocket\r\n:scheme: https\r\n:path: /chat?inspect=1\r\n:authority: h:1\r\norigin: https://h:1\r\nsec-websocket-version: 13\r\n\r\n'
    const over2 = (response: string, status: number): ObservedHandshake => ({
      request: Buffer.from(head),
      response: Buffer.from(response),
      ...common,
      status,
      reason: status === 200 ? undefined : 'no',
      rule: undefined,
      transport: { ...transport, httpVersion: '2', secure: true },
    })
    const report = reportHandshake(over2(':status: 200\r\nsec-websocket-protocol: chat\r\n\r\n', 200), ['chat'])
    assert.equal(report.httpVersion, '2')
    assert.equal(report.verdict.outcome, 'opened')
    assert.deepEqual(
      report.request.lines.map(({ name }) => name),
      [':method', ':protocol', ':scheme', ':path', ':authority', 'origin', 'sec-websocket-version'],
    )
    for (const line of [...report.request.lines, ...report.response.lines]) assert.equal(line.part, 'handshake', line.raw)
    assert.match(report.request.lines[1]?.citation?.text ?? '', /RFC 8441/)
    assert.match(report.request.lines[5]?.meaning ?? '', /the same origin/)
    assert.equal(report.accept, undefined)
    assert.equal(reportHandshake(over2(':status: 403\r\n\r\nno', 403), []).verdict.outcome, 'refused')
  })

  test('at a client, says at which stage it failed and the likely cause', () => {
    const error = new HandshakeError('connection refused', { stage: 'tcp', fault: 'network', hint: 'is the server running?' })
    const failed = reportHandshake(
      {
        ...common,
        role: 'client',
        error,
        request: Buffer.alloc(0),
        response: Buffer.alloc(0),
        status: undefined,
        reason: error.message,
        rule: undefined,
        transport: undefined,
      },
      undefined,
    )
    assert.equal(failed.verdict.outcome, 'failed')
    assert.match(failed.verdict.text, /stage tcp: connection refused\. Likely cause: is the server running/)
    assert.deepEqual([failed.request.lines, failed.response.lines, failed.status], [[], [], null])
    const client = reportHandshake({ ...observed(request, `${accepted}Sec-WebSocket-Protocol: soap\r\n\r\n`), role: 'client' }, ['other'])
    assert.match(client.request.lines.find(({ name }) => name === 'Sec-WebSocket-Protocol')?.meaning ?? '', /the server selects one of them/)
  })

  test('withholds credentials unless it is asked for them', () => {
    const secret = request.replace('X-Own: y', 'Cookie: session=s3cret\r\nAuthorization: Bearer s3cret').replace('/chat', '/chat?token=s3cret&room=1')
    const event = observed(secret, `${accepted}Set-Cookie: id=s3cret\r\n\r\n`)
    assert.doesNotMatch(JSON.stringify(report(event, { declaredSubprotocols: [], credentials: false, head: 32_768 })), /s3cret/)
    assert.match(JSON.stringify(report(event, { declaredSubprotocols: [], credentials: true, head: 32_768 })), /session=s3cret/)
  })
})
