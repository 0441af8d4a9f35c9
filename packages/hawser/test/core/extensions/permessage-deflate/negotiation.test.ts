import assert from 'node:assert/strict'
import test from 'node:test'
import { acceptOffer, buildOffer, confirmResponse } from '../../../../src/core/extensions/permessage-deflate/negotiation.ts'
import type { DeflateNegotiationOptions } from '../../../../src/core/extensions/permessage-deflate/options.ts'
import { parseParameters } from '../../../../src/core/extensions/permessage-deflate/parameters.ts'
import type { ExtensionParameter } from '../../../../src/core/protocol/extension.ts'

type Parameters = readonly ExtensionParameter[]

const parse = (text: string): Parameters =>
  text === ''
    ? []
    : text.split('; ').map((part): ExtensionParameter => {
        const [name = '', value] = part.split('=')
        return [name, value ?? true]
      })
const text = (parameters: Parameters): string => parameters.map(([name, value]) => (value === true ? name : `${name}=${value}`)).join('; ')

function accept(offer: string, options: DeflateNegotiationOptions = {}, minWindowBits = 8) {
  const result = acceptOffer(parse(offer), options, minWindowBits)
  if (!result.accepted) return { declined: result.reason }
  const { parameters, send, receive } = result.agreement
  return { response: text(parameters), send, receive }
}

function confirm(response: string, offer: string | readonly string[], minWindowBits = 8) {
  const offers = (typeof offer === 'string' ? [offer] : offer).map(parse)
  const result = confirmResponse(parse(response), offers, minWindowBits)
  if (!result.accepted) return { failed: result.reason }
  return { send: result.agreement.send, receive: result.agreement.receive }
}

const takeover = (windowBits: number) => ({ windowBits, contextTakeover: true })
const alone = (windowBits: number) => ({ windowBits, contextTakeover: false })

test('the default offer is permessage-deflate; client_max_window_bits [C2.6, RFC 7692 §7.1.2.2]', () => {
  assert.equal(text(buildOffer({})), 'client_max_window_bits')
})

test('every option of a client is in its offer', () => {
  assert.equal(
    text(buildOffer({ serverNoContextTakeover: true, clientNoContextTakeover: true, serverMaxWindowBits: 9, clientMaxWindowBits: 10 })),
    'server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=10',
  )
})

test('an offer with an unknown parameter, an invalid value, a duplicate or an unsupported value is declined with its reason [PD1]', () => {
  for (const offer of [
    'x',
    'x=1',
    'server_max_window_bits',
    'server_max_window_bits=7',
    'server_max_window_bits=16',
    'server_max_window_bits=08',
    'client_max_window_bits=0',
    'client_max_window_bits=99',
    'client_max_window_bits=',
    'server_no_context_takeover=1',
    'client_no_context_takeover=',
    'client_max_window_bits; client_max_window_bits',
    'server_no_context_takeover; server_no_context_takeover',
  ])
    assert.match(accept(offer).declined ?? 'accepted', /RFC 7692 section 7\.1/, offer)
})

test('server_max_window_bits=8 is declined by a codec whose output needs 9, and accepted by one whose output fits [PD8]', () => {
  assert.match(accept('server_max_window_bits=8', {}, 9).declined ?? '', /server_max_window_bits=8 is not supported/)
  assert.deepEqual(accept('server_max_window_bits=8', {}, 8), { response: 'server_max_window_bits=8', send: takeover(8), receive: takeover(15) })
  assert.match(confirm('client_max_window_bits=8', 'client_max_window_bits', 9).failed ?? '', /client_max_window_bits=8 is not supported/)
})

test('server_no_context_takeover is answered when offered, and added unsolicited when the server wants it [PD3]', () => {
  assert.deepEqual(accept('server_no_context_takeover', { serverMaxWindowBits: 15 }), {
    response: 'server_no_context_takeover',
    send: alone(15),
    receive: takeover(15),
  })
  assert.deepEqual(accept('', { serverMaxWindowBits: 15, serverNoContextTakeover: true }), {
    response: 'server_no_context_takeover',
    send: alone(15),
    receive: takeover(15),
  })
})

test('client_no_context_takeover is taken when offered, and added unsolicited when the server wants it [PD3]', () => {
  const expected = { response: 'client_no_context_takeover', send: takeover(15), receive: alone(15) }
  assert.deepEqual(accept('client_no_context_takeover', { serverMaxWindowBits: 15 }), expected)
  assert.deepEqual(accept('', { serverMaxWindowBits: 15, clientNoContextTakeover: true }), expected)
})

test('server_max_window_bits is answered with the same or a smaller value, and added unsolicited below 15 [PD4]', () => {
  for (let offered = 8; offered <= 15; offered++) {
    for (let own = 8; own <= 15; own++) {
      const bits = Math.min(offered, own)
      assert.equal(accept(`server_max_window_bits=${offered}`, { serverMaxWindowBits: own }).response, `server_max_window_bits=${bits}`)
    }
  }
  assert.equal(accept('').response, 'server_max_window_bits=12')
  assert.equal(accept('', { serverMaxWindowBits: 15 }).response, '')
})

test('client_max_window_bits is answered with a value, and never when it was not offered [PD5]', () => {
  const options = { serverMaxWindowBits: 15 }
  assert.deepEqual(accept('client_max_window_bits', options), { response: 'client_max_window_bits=12', send: takeover(15), receive: takeover(12) })
  assert.deepEqual(accept('client_max_window_bits=10', options).response, 'client_max_window_bits=10')
  assert.deepEqual(accept('client_max_window_bits=15', options).response, 'client_max_window_bits=12')
  assert.deepEqual(accept('client_max_window_bits', { ...options, clientMaxWindowBits: 15 }), {
    response: '',
    send: takeover(15),
    receive: takeover(15),
  })
  assert.deepEqual(accept('', { ...options, clientMaxWindowBits: 9 }), { response: '', send: takeover(15), receive: takeover(15) })
})

test("every legal combination of the four parameters is accepted, and the client confirms the server's response", () => {
  const values = ['8', '9', '12', '15']
  for (const server of [undefined, ...values]) {
    for (const client of [undefined, true as const, ...values]) {
      for (const flags of [0, 1, 2, 3]) {
        for (const options of [
          {},
          { serverNoContextTakeover: true, clientNoContextTakeover: true },
          { serverMaxWindowBits: 9, clientMaxWindowBits: 9 },
        ]) {
          const offer: ExtensionParameter[] = []
          if (client !== undefined) offer.push(['client_max_window_bits', client])
          if ((flags & 1) !== 0) offer.push(['client_no_context_takeover', true])
          if (server !== undefined) offer.push(['server_max_window_bits', server])
          if ((flags & 2) !== 0) offer.push(['server_no_context_takeover', true])
          const accepted = acceptOffer(offer, options, 8)
          assert.ok(accepted.accepted)
          assert.ok(parseParameters(accepted.agreement.parameters, 'response').ok)
          const confirmed = confirmResponse(accepted.agreement.parameters, [offer], 8)
          assert.ok(confirmed.accepted, confirmed.accepted ? '' : confirmed.reason)
          assert.deepEqual(confirmed.agreement.receive, accepted.agreement.send)
          assert.ok(confirmed.agreement.send.windowBits <= accepted.agreement.receive.windowBits)
          assert.equal(confirmed.agreement.send.contextTakeover, accepted.agreement.receive.contextTakeover)
        }
      }
    }
  }
})

test('a response with an unknown parameter, an invalid value, a duplicate or an offer never made fails, with the rule [PD2]', () => {
  for (const response of [
    'x',
    'server_max_window_bits',
    'server_max_window_bits=7',
    'server_max_window_bits=16',
    'server_max_window_bits=99',
    'server_max_window_bits=',
    'server_max_window_bits=0',
    'client_max_window_bits',
    'client_max_window_bits=16',
    'server_no_context_takeover=1',
    'server_max_window_bits=9; server_max_window_bits=9',
  ])
    assert.match(confirm(response, 'client_max_window_bits').failed ?? 'accepted', /RFC 7692 section 7\.1/, response)
  assert.match(confirm('', []).failed ?? '', /was not offered/)
})

test('a response that omits or exceeds the requested parameters fails [PD2, RFC 7692 §7.1.1.1, §7.1.2.1]', () => {
  assert.match(confirm('', 'server_no_context_takeover').failed ?? '', /server_no_context_takeover was offered and is missing.*7\.1\.1\.1/)
  assert.match(confirm('', 'server_max_window_bits=10').failed ?? '', /server_max_window_bits was offered and is missing.*7\.1\.2\.1/)
  assert.match(confirm('server_max_window_bits=11', 'server_max_window_bits=10').failed ?? '', /11 is more than the 10 offered/)
  assert.deepEqual(confirm('server_max_window_bits=9', 'server_max_window_bits=10').receive, takeover(9))
})

test('client_max_window_bits in a response to an offer without it fails [PD5, RFC 7692 §7.1.2.2]', () => {
  assert.match(confirm('client_max_window_bits=10', '').failed ?? '', /client_max_window_bits is in the response and was not offered.*7\.1\.2\.2/)
})

test('a client takes every unsolicited parameter a server may add [PD3, PD4]', () => {
  const offer = 'client_max_window_bits'
  assert.deepEqual(confirm('client_no_context_takeover', offer), { send: alone(12), receive: takeover(15) })
  assert.deepEqual(confirm('server_no_context_takeover', offer), { send: takeover(12), receive: alone(15) })
  assert.deepEqual(confirm('server_max_window_bits=9', offer), { send: takeover(12), receive: takeover(9) })
  assert.deepEqual(confirm('', ''), { send: takeover(12), receive: takeover(15) })
})

test('a client keeps its promised parameters, even if the response allows more', () => {
  assert.deepEqual(confirm('client_max_window_bits=15', 'client_max_window_bits=10').send, takeover(10))
  assert.deepEqual(confirm('', 'client_no_context_takeover').send, alone(12))
  assert.deepEqual(confirm('client_max_window_bits=9', 'client_max_window_bits').send, takeover(9))
})

test('of several offers the response may answer any [PD6]', () => {
  const offers = ['server_max_window_bits=10; server_no_context_takeover', 'client_max_window_bits=9']
  assert.deepEqual(confirm('', offers), { send: takeover(9), receive: takeover(15) })
  assert.match(confirm('server_max_window_bits=11', [offers[0] ?? '']).failed ?? '', /server_no_context_takeover was offered/)
})
