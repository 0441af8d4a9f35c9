/** Defects of other software in the opening handshake; docs/advisories.md lists them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryServer } from '../../src/testing/index.ts'
import { openingRequest } from '../peers/raw-client.ts'
import { RawLink } from './raw-link.ts'

const fieldNames = ['Sec-WebSocket-Protocol', 'Sec-WebSocket-Extensions', 'Sec-WebSocket-Key', 'Sec-WebSocket-Version', 'Upgrade', 'Connection']

test('octets above ASCII in any field of the handshake get an answer, and the server serves the next client [CVE-2026-42544]', async () => {
  const server = memoryServer({ subprotocols: ['chat'], upgrade: ({ subprotocols, extensions }) => ({ context: [subprotocols, extensions] }) })
  for (const name of [...fieldNames, 'Host', 'Origin', 'Cookie']) {
    for (let octet = 0x80; octet <= 0xff; octet++) {
      for (const value of [String.fromCharCode(octet), `chat, ${String.fromCharCode(octet)}`]) {
        const raw = new RawLink(server)
        await raw.write(openingRequest('/', { [name]: value }))
        const expected = name === 'Cookie' ? [101] : [400, 403, 426]
        assert.ok(expected.includes(raw.status), `${name} with octet ${octet.toString(16)}: ${raw.status}`)
      }
    }
  }
  assert.equal((await server.connect('/')).readyState, 'OPEN')
  assert.deepEqual(server.errors, [])
})

test('characters that other parsers take for line ends add no field [CVE-2026-44546]', async () => {
  const seen: string[] = []
  const server = memoryServer({
    upgrade: ({ fields }) => {
      for (const [name] of fields) seen.push(name.toLowerCase())
      return {}
    },
  })
  for (const separator of ['\v', '\f', '\x1c', '\x1d', '\x1e', '\x85', '\r', '\n', '\0']) {
    for (const name of ['User-Agent', 'Cookie', 'Sec-WebSocket-Protocol', 'Host']) {
      const raw = new RawLink(server)
      await raw.write(openingRequest('/', { [name]: `a${separator}X-Injected: 1` }))
      assert.notEqual(raw.status, 0)
      // A bare LF ends a line (RFC 9112 section 2.2), so the field after it is one that the client could have sent anyway.
      if (separator !== '\n') assert.ok(!seen.includes('x-injected'), `${JSON.stringify(separator)} in ${name}`)
    }
  }
})

test('a malformed Host or Origin is refused, and ends no process [CVE-2026-14631]', async () => {
  const server = memoryServer()
  const malformed = ['[', '[::1', '::1', ':', ':80:', 'a b', '%', '%zz', 'a:99999', 'a:-1', '@', 'a@b', '/', '//', '\\', 'http://[', 'http://']
  for (const value of malformed) {
    for (const name of ['Host', 'Origin']) {
      const raw = new RawLink(server)
      await raw.write(openingRequest('/', { [name]: value }))
      assert.ok([400, 403].includes(raw.status), `${name}: ${value} got ${raw.status}`)
    }
  }
  assert.equal((await server.connect('/')).readyState, 'OPEN')
  assert.deepEqual(server.errors, [])
})
