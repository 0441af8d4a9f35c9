import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { allRules, diagnose } from '../../../src/cli/doctor/diagnose.ts'
import type { Observations } from '../../../src/cli/doctor/observation.ts'
import { answer, clean, dropped, failed, idle, messages, opened, refused, refusing, seen } from './observations.ts'

const reach = (stage: 'dns' | 'proxy' | 'tcp' | 'tls', code: string): Observations => ({
  ...seen(),
  handshakes: {},
  raw: {},
  reach: { addresses: [], failure: { stage, code, message: `it failed with ${code}` } },
})
const certificate = (certificateError: string): Observations =>
  seen({
    reach: {
      addresses: [],
      tls: {
        protocol: 'TLSv1.3',
        alpn: 'http/1.1',
        certificateError,
        certificate: { names: 'DNS:a.example', issuer: 'CA', validFrom: 'then', validTo: 'later' },
      },
    },
  })
const answered = (status: number, body = '', fields: Record<string, string> = {}, url = 'ws://app.example/chat'): Observations =>
  refusing(refused(status, body, fields), { url })
const broken = (rule: string): Observations => refusing(failed({ rule, answer: answer(101) }))
const nginxPage = (status: number): string =>
  `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>`

/** For each finding, observations of which it is the first; more than one where it can be seen in several ways. */
const onSocket = (one: Observations): Observations => ({ ...one, target: { ...one.target, socketPath: '/run/app.sock' } })

const examples: Record<string, readonly Observations[]> = {
  'dns-unknown': [reach('dns', 'ENOTFOUND')],
  'dns-unavailable': [reach('dns', 'EAI_AGAIN'), reach('dns', 'ETIMEDOUT')],
  'proxy-unreachable': [reach('proxy', 'proxy-unreachable')],
  // The second proxy let one connection through, and refuses those after it
  'proxy-refused': [reach('proxy', 'proxy-refused'), refusing(failed({ stage: 'proxy', fault: 'network', code: 'proxy-refused' }))],
  'proxy-no-answer': [reach('proxy', 'ETIMEDOUT')],
  'proxy-failed': [reach('proxy', 'proxy-invalid'), reach('proxy', 'tls-failed')],
  'unix-socket': ['ENOENT', 'ECONNREFUSED', 'EACCES'].map((code) => onSocket(reach('tcp', code))),
  'tcp-refused': [reach('tcp', 'ECONNREFUSED')],
  'tcp-no-answer': [reach('tcp', 'ETIMEDOUT')],
  'tcp-unreachable': [reach('tcp', 'EHOSTUNREACH'), reach('tcp', 'ECONNRESET')],
  'tls-not-spoken': [reach('tls', 'ERR_SSL_WRONG_VERSION_NUMBER'), reach('tls', 'ERR_SSL_PACKET_LENGTH_TOO_LONG')],
  'tls-client-certificate': [
    reach('tls', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
    refusing(failed({ fault: 'network', code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' })),
  ],
  'tls-no-http1': [reach('tls', 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')],
  'tls-closed': [reach('tls', 'ECONNRESET')],
  'tls-no-answer': [reach('tls', 'ETIMEDOUT')],
  'tls-failed': [reach('tls', 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE')],
  'certificate-expired': [certificate('CERT_HAS_EXPIRED')],
  'certificate-not-yet-valid': [certificate('CERT_NOT_YET_VALID')],
  'certificate-wrong-host': [certificate('ERR_TLS_CERT_ALTNAME_INVALID')],
  'certificate-self-signed': [certificate('DEPTH_ZERO_SELF_SIGNED_CERT')],
  'certificate-incomplete-chain': [certificate('UNABLE_TO_VERIFY_LEAF_SIGNATURE')],
  'certificate-unknown-authority': [certificate('SELF_SIGNED_CERT_IN_CHAIN'), certificate('UNABLE_TO_GET_ISSUER_CERT_LOCALLY')],
  'plain-to-tls': [
    answered(400, '<center>The plain HTTP request was sent to HTTPS port</center>'),
    answered(400, 'Client sent an HTTP request to an HTTPS server.\n'),
    refusing(failed({ rule: 'status-line' }), {
      url: 'ws://app.example/',
      raw: { ordinary: { failure: 'not-http', banner: '\u0015\u0003\u0001', ms: 1 } },
    }),
    refusing(failed({ rule: 'incomplete' }), { url: 'ws://app.example:8443/', handshakes: { 'other-scheme': opened() } }),
    refusing(failed({ rule: 'incomplete' }), { url: 'ws://app.example:8443/', handshakes: { 'other-scheme': refused(404) } }),
  ],
  'redirect-to-https': [answered(301, '', { location: 'https://app.example/chat' }), answered(308, '', { Location: 'wss://app.example/' })],
  redirect: [
    answered(302, '', { location: '/login' }),
    answered(301, '', { location: 'https://b.example/' }, 'wss://app.example/chat'),
    answered(307),
  ],
  'http10-upstream': [answered(400, 'the request is HTTP/1.0, which has no Upgrade'), answered(505, 'HTTP/1.0 is not supported')],
  'connection-lost': [answered(400, 'Connection "close" does not contain Upgrade; a proxy in front must forward the field')],
  'websocket-version': [answered(426, '', { 'sec-websocket-version': '8, 7' })],
  'client-certificate': [answered(400, '<center>No required SSL certificate was sent</center>'), answered(496)],
  'other-upgrade': [answered(426, '', { upgrade: 'TLS/1.2' }), answered(426)],
  'upgrade-lost': [
    answered(426, '', { upgrade: 'h2c, websocket' }),
    answered(426, '', { 'sec-websocket-version': '13' }),
    answered(400, 'Invalid Upgrade header'),
    answered(400, 'Can "Upgrade" only to "WebSocket".'),
  ],
  'fields-too-large': [answered(431), answered(400, '<center>Request Header Or Cookie Too Large</center>'), answered(414)],
  'ordinary-page': [answered(200, '<!doctype html>'), answered(204)],
  credentials: [answered(401, '', { 'www-authenticate': 'Basic' })],
  'proxy-credentials': [answered(407)],
  'access-denied': [answered(403, nginxPage(403)), answered(403)],
  'not-found': [answered(404, nginxPage(404)), answered(404), answered(410)],
  'method-not-allowed': [answered(405)],
  'wrong-host': [answered(421)],
  'rate-limited': [answered(429, '', { 'retry-after': '5' })],
  'box-unavailable': [answered(503, nginxPage(503))],
  'upstream-timeout': [answered(504), answered(524), refusing({ ...refused(502, 'Reason: Error reading from remote server'), ms: 60_020 })],
  'upstream-unreachable': [
    answered(502, nginxPage(502)),
    answered(502),
    answered(503, '<html><body><h1>503 Service Unavailable</h1>\nNo server is available'),
  ],
  unavailable: [answered(503, '', { 'retry-after': '5' })],
  'bad-request': [
    answered(400, 'Transport unknown'),
    refusing(refused(400, 'subprotocol required'), { raw: { ordinary: { answer: answer(400, 'subprotocol required'), ms: 1 } } }),
  ],
  'server-error': [answered(500), answered(501)],
  refused: [answered(418), answered(999)],
  'not-http': [
    refusing(failed({ rule: 'status-line' }), {
      url: 'ws://app.example/',
      raw: { ordinary: { failure: 'not-http', banner: 'SSH-2.0-OpenSSH', ms: 1 } },
    }),
  ],
  'status-line': [refusing(failed({ rule: 'status-line' }), { raw: { ordinary: { answer: answer(200), ms: 1 } } })],
  'head-too-large': [refusing(failed({ rule: 'RS14' }))],
  'no-answer': [refusing(failed({ stage: 'timeout', fault: 'timeout' })), refusing(failed({ stage: 'response', fault: 'timeout' }))],
  'closes-without-answer': [refusing(failed({ rule: 'incomplete' })), refusing(failed({ fault: 'network', code: 'ECONNRESET' }))],
  'switching-fields-lost': [broken('RC18'), broken('RC19')],
  'wrong-accept': [broken('RC20'), broken('RS12')],
  'unoffered-extension': [broken('RC21')],
  'unoffered-subprotocol': [broken('RC22')],
  'handshake-failed': [
    refusing(failed({ stage: 'request', fault: 'peer' })),
    refusing(failed({ rule: 'status-line' }), { raw: { ordinary: { failure: 'malformed', ms: 1 } } }),
  ],
  'origin-scheme': [seen({ handshakes: { browser: refused(403), 'no-compression': refused(403), 'http-origin': opened() } })],
  'origin-refused': [
    seen({ handshakes: { browser: refused(403), 'no-compression': refused(403) } }),
    seen({ handshakes: { browser: refused(403, 'is neither the origin of this server, "http://127.0.0.1:8080", nor') } }),
  ],
  'compression-refused': [seen({ handshakes: { browser: refused(400), 'no-origin': refused(400) } })],
  'subprotocol-refused': [
    seen({
      subprotocols: ['chat'],
      handshakes: { browser: refused(400), 'no-origin': refused(400), 'no-compression': refused(400), 'no-subprotocol': opened() },
    }),
  ],
  'browser-refused': [seen({ handshakes: { browser: refused(400), 'no-origin': refused(400), 'no-compression': refused(400) } })],
  'bare-refused': [seen({ handshakes: { rfc6455: refused(403), 'no-origin': refused(403) } })],
  'subprotocol-ignored': [seen({ subprotocols: ['chat'], handshakes: { 'no-subprotocol': opened() } })],
  'connection-list': [
    seen({ raw: { 'connection-list': { answer: answer(400), ms: 1 } } }),
    seen({ raw: { 'connection-list': { failure: 'closed', ms: 1 } } }),
  ],
  'attempts-limited': [
    seen({ handshakes: { browser: refused(429), 'no-origin': refused(429) }, raw: { 'connection-list': { answer: answer(429), ms: 1 } } }),
    seen({ handshakes: { rfc6455: refused(503) } }),
    seen({
      handshakes: { browser: failed({ fault: 'network' }) },
      raw: { 'connection-list': { failure: 'closed', ms: 1 } },
      again: failed({ fault: 'network' }),
    }),
  ],
  'direct-works': [refusing(refused(404), { handshakes: { direct: opened() } })],
  'direct-fails': [refusing(refused(404), { handshakes: { direct: refused(404) } })],
  'any-origin': [seen({ handshakes: { 'foreign-origin': opened() } })],
  'no-tls': [seen({ url: 'ws://app.example/chat' })],
  'http2-broken': [seen({ handshakes: { 'http2-rfc6455': opened(), 'http2-browser': refused(502) } })],
  'http2-only': [
    refusing(failed({ rule: 'status-line' }), {
      url: 'ws://app.example/',
      raw: { ordinary: { failure: 'not-http', banner: '\0\0\u0006\u0004\0\0\0\0\0\0\u0003\0\0\0\u0064', ms: 1 } },
    }),
    refusing(failed({ stage: 'tls', code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL' }), {
      reach: { addresses: [], tls: { protocol: 'TLSv1.3', alpn: 'h2', certificateError: undefined, certificate: undefined } },
    }),
  ],
  'http2-not-offered': [
    seen({
      reach: { addresses: [], tls: { protocol: 'TLSv1.3', alpn: 'h2', certificateError: undefined, certificate: undefined } },
      handshakes: { 'http2-rfc6455': failed({ stage: 'settings' }), 'http2-browser': failed({ stage: 'settings' }) },
    }),
  ],
  'silent-after-101': [
    seen({ messages: { plain: messages(['silent'], { pings: { intervalMs: 150, roundTrips: [] }, end: { ...clean, received: false } }) } }),
  ],
  'protocol-broken': [
    seen({ messages: { plain: messages(['ended'], { end: { ...dropped, initiator: 'local', fault: 'peer', error: 'RSV1 is set' } }) } }),
  ],
  'closes-after-101': [
    seen({ messages: { plain: messages(['ended'], { pings: { intervalMs: 150, roundTrips: [] }, end: dropped }) } }),
    seen({
      messages: { plain: messages(['ended'], { pings: { intervalMs: 150, roundTrips: [] }, end: { ...clean, code: 4001, initiator: 'remote' } }) },
    }),
    seen({ messages: { plain: messages([], { end: { ...clean, code: 1008, initiator: 'remote' } }) } }),
  ],
  'compression-broken': [
    seen({
      messages: { plain: messages(['echoed', 'echoed', 'echoed', 'echoed', 'echoed']), compressed: messages(['echoed', 'ended'], { end: dropped }) },
    }),
  ],
  'message-too-big': [
    seen({
      messages: { plain: messages(['echoed', 'echoed', 'echoed', 'echoed', 'ended'], { end: { ...clean, code: 1009, initiator: 'remote' } }) },
    }),
  ],
  'large-message-cut': [
    seen({ messages: { plain: messages(['passed', 'passed', 'passed', 'ended'], { end: dropped }) } }),
    seen({ messages: { plain: messages(['echoed', 'echoed', 'echoed', 'echoed', 'silent']) } }),
  ],
  'fragments-broken': [seen({ messages: { plain: messages(['echoed', 'echoed', 'ended'], { end: dropped }) } })],
  'message-refused': [seen({ messages: { plain: messages(['ended'], { end: { ...clean, code: 1008, reason: 'what?', initiator: 'remote' } }) } })],
  'message-ends-connection': [
    seen({ messages: { plain: messages(['ended'], { end: dropped }) } }),
    seen({ messages: { plain: messages(['echoed', 'silent']) } }),
  ],
  buffered: [seen({ messages: { plain: messages(['echoed'], { pings: { intervalMs: 150, roundTrips: [320, 170, 20] } }) } })],
  'no-pong': [
    seen({ messages: { plain: messages(['echoed', 'echoed', 'echoed'], { pings: { intervalMs: 150, roundTrips: [] } }) } }),
    seen({ messages: { plain: messages(['silent'], { pings: { intervalMs: 150, roundTrips: [] }, received: 9 }) } }),
    // It has not forgotten an idle connection, either
    seen({
      messages: { plain: messages(['silent'], { pings: { intervalMs: 150, roundTrips: [] }, received: 0 }) },
      idle: idle({ survived: false, afterMs: 65_000 }, false),
    }),
  ],
  'close-unanswered': [seen({ messages: { plain: messages(['echoed'], { end: { ...clean, code: 1006, received: false } }) } })],
  'no-echo': [seen({ messages: { plain: messages(['passed', 'passed']) } })],
  'idle-timeout': [
    seen({ idle: idle({ survived: false, afterMs: 60_030, end: dropped }) }),
    seen({ idle: idle({ survived: false, afterMs: 17_700, end: dropped }, false) }),
  ],
  'idle-closed': [seen({ idle: idle({ survived: false, afterMs: 30_000, end: { ...clean, code: 1001, initiator: 'remote' } }) })],
  'idle-forgotten': [seen({ idle: idle({ survived: false, afterMs: 65_000 }) })],
  'server-pings': [seen({ idle: idle({ pings: [20_000, 40_000, 60_000] }) })],
}

describe('diagnose', () => {
  test('every rule has its examples here, and ids are unique', () => {
    const ids = allRules.map(({ id }) => id)
    assert.equal(new Set(ids).size, ids.length)
    assert.deepEqual(Object.keys(examples).sort(), [...ids].sort())
  })

  for (const [id, all] of Object.entries(examples)) {
    test(`finds ${id}`, () => {
      for (const observations of all) {
        const findings = diagnose(observations)
        const found = findings.find((one) => one.id === id)
        const notes = id.startsWith('direct-')
        assert.ok(notes ? found !== undefined : findings[0]?.id === id, `${id}: ${JSON.stringify(findings.map((one) => one.id))}`)
        assert.ok(notes || findings.length === 1, `other findings: ${JSON.stringify(findings.map((one) => one.id))}`)
        assert.match(found?.title ?? '', /[.]$/)
        assert.ok((found?.evidence.length ?? 0) > 0)
        assert.ok((found?.advice.length ?? 0) > 0)
        assert.equal('because' in (found ?? {}), false)
      }
    })
  }

  test('finds nothing where everything works', () => {
    const all = messages(['echoed', 'echoed', 'echoed', 'echoed', 'echoed'])
    assert.deepEqual(diagnose(seen({ messages: { plain: all, compressed: { ...all, compressed: true } }, idle: idle({}) })), [])
  })

  test('names the cause and not its symptoms: a certificate and what else is wrong are two causes', () => {
    const expired = certificate('CERT_HAS_EXPIRED')
    const findings = diagnose({ ...refusing(refused(502, nginxPage(502))), reach: expired.reach })
    assert.deepEqual(
      findings.map(({ id }) => id),
      ['certificate-expired', 'upstream-unreachable'],
    )
  })

  test('lists problems first, then warnings, then notes', () => {
    const findings = diagnose(
      seen({
        handshakes: { 'foreign-origin': opened(), 'http2-rfc6455': opened(), 'http2-browser': refused(502) },
        idle: idle({ survived: false, afterMs: 60_000, end: dropped }),
      }),
    )
    assert.deepEqual(
      findings.map(({ severity }) => severity),
      ['problem', 'warning', 'note'],
    )
  })

  test('names the box, and whether it answered itself', () => {
    const own = diagnose(answered(404, nginxPage(404)))[0]
    assert.equal(own?.box, 'nginx')
    assert.equal(own?.blame, 'a box in between')
    const passedOn = diagnose(answered(404, 'Cannot GET /chat', { server: 'nginx/1.22.1' }))[0]
    assert.equal(passedOn?.box, 'nginx')
    assert.equal(passedOn?.blame, 'the URL')
  })

  test('tells a round idle timeout from another, and whether Pings help', () => {
    const [round] = diagnose(seen({ idle: idle({ survived: false, afterMs: 60_030, end: dropped }) }))
    assert.match(round?.title ?? '', /idle for 60 s/)
    assert.match(round?.evidence.join('\n') ?? '', /round number[^]*default of nginx[^]*survived/)
    const [other] = diagnose(seen({ idle: idle({ survived: false, afterMs: 17_700, end: dropped }, false) }))
    assert.match(other?.title ?? '', /idle for 17\.7 s/)
    assert.match(other?.evidence.join('\n') ?? '', /Pings do not help/)
  })
})
