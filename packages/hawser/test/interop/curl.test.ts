import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { missing } from '../../../../scripts/optional.ts'
import { attach, serve } from '../../src/index.ts'
import { clientFrame, openingRequest, RawClient, sampleAccept, sampleKey } from '../peers/raw-client.ts'

const skip = missing('curl')

const handshake = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${sampleKey}`]

function curl(...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('curl', ['--silent', '--show-error', '--include', '--max-time', '20', '--noproxy', '*', ...args], (error, stdout, stderr) => {
      if (error !== null && stdout === '') reject(new Error(`curl ${error.code}: ${stderr}`))
      else resolve(stdout)
    })
  })
}

function fieldArguments(fields: readonly string[]): string[] {
  return fields.flatMap((field) => ['--header', field])
}

const options = { subprotocols: ['soap', 'wamp'], paths: ['/chat'] } as const

/** The same options behind each way to serve: by hawser's own listener, and on a server of node:http. */
const ways = {
  async serve(t: TestContext): Promise<number> {
    const server = await serve(options)
    t.after(() => server.close())
    return server.port
  },
  async attach(t: TestContext): Promise<number> {
    const server = http.createServer((_request, response) => void response.end('the page')).listen(0, '127.0.0.1')
    const attached = attach(server, options)
    await once(server, 'listening')
    t.after(() => {
      server.close()
      server.closeAllConnections()
      return attached.close()
    })
    return (server.address() as AddressInfo).port
  },
}

for (const [way, start] of Object.entries(ways)) {
  test(`${way}: curl gets the accept of the standard example and soap, from one field and from two [RS9, RS11]`, { skip }, async (t) => {
    const port = await start(t)
    for (const offers of [['Sec-WebSocket-Protocol: soap, wamp'], ['Sec-WebSocket-Protocol: soap', 'Sec-WebSocket-Protocol: wamp']]) {
      const child = spawn('curl', [
        ...['--silent', '--verbose', '--no-buffer', '--http1.1', '--noproxy', '*'],
        ...fieldArguments([...handshake, ...offers]),
        `http://127.0.0.1:${port}/chat`,
      ])
      t.after(() => child.kill())
      // curl keeps the fields of a 1xx back from its standard output, but shows them.
      let shown = ''
      for await (const chunk of child.stderr) {
        shown += String(chunk)
        // curl writes the `< ` and what follows it apart.
        if (/^< \r?\n/m.test(shown)) break
      }
      const lines = shown.split('\n').filter((line) => line.startsWith('< '))
      const head = lines.map((line) => line.slice(2)).join('\n')
      assert.match(head, /^HTTP\/1\.1 101 /)
      assert.match(head, new RegExp(`^Sec-WebSocket-Accept: ${sampleAccept.replaceAll('+', '\\+')}\r$`, 'm'))
      assert.match(head, /^Sec-WebSocket-Protocol: soap\r$/m)
    }
  })

  test(`${way}: curl sees status, fields and an explanation of each refusal [RS2, RS7, RS8]`, { skip }, async (t) => {
    const port = await start(t)
    const url = `http://127.0.0.1:${port}/chat`
    const without = (name: string): string[] => handshake.filter((field) => !field.startsWith(name))
    const old = await curl(...fieldArguments([...without('Sec-WebSocket-Version'), 'Sec-WebSocket-Version: 8']), url)
    assert.match(old, /^HTTP\/1\.1 426 Upgrade Required\r$/m)
    assert.match(old, /^Sec-WebSocket-Version: 13\r$/m)
    assert.match(old, /^Upgrade: websocket\r$/m)
    assert.match(old, /^Connection: Upgrade, close\r$/m)
    const noKey = await curl(...fieldArguments(without('Sec-WebSocket-Key')), url)
    assert.match(noKey, /^HTTP\/1\.1 400 .*Sec-WebSocket-Key.*RFC 6455 section 4\.2\.1/s)
    const post = await curl('--data', 'x=1', ...fieldArguments(handshake), url)
    assert.match(post, /^HTTP\/1\.1 (400|405) /)
    const foreign = await curl(...fieldArguments([...handshake, 'Origin: http://elsewhere.example']), url)
    assert.match(foreign, /^HTTP\/1\.1 403 .*RFC 6455 section 10\.2/s)
    const lost = await curl(...fieldArguments(handshake), `http://127.0.0.1:${port}/lost`)
    assert.match(lost, /^HTTP\/1\.1 404 .*\/lost/s)
  })

  test(`${way}: curl --http1.0 never gets 101 [H1, RFC 9110 §7.8]`, { skip }, async (t) => {
    const port = await start(t)
    const answer = await curl('--http1.0', ...fieldArguments(handshake), `http://127.0.0.1:${port}/chat`)
    assert.doesNotMatch(answer, /^HTTP\/1\.1 101/)
    assert.match(answer, /^Connection: .*close|^HTTP\/1\.1 200/m)
  })
}

test('curl without Upgrade gets 426 with an explanation from a server that has no pages', { skip }, async (t) => {
  const answer = await curl(`http://127.0.0.1:${await ways.serve(t)}/chat`)
  assert.match(answer, /^HTTP\/1\.1 426 .*^Upgrade: websocket\r$.*Rule: /ms)
})

/** Each is refused; the text is what the peer is told. */
const malformed: readonly (readonly [what: string, request: string, status: readonly number[], text: RegExp])[] = [
  ['no Host', openingRequest('/chat', { Host: undefined }), [400], /Host/],
  ['two Hosts', openingRequest('/chat', { Host: 'a\r\nHost: b' }), [400], /Host/],
  ['an invalid Host', openingRequest('/chat', { Host: 'a b' }), [400], /Host/],
  ['no Connection option', openingRequest('/chat', { Connection: 'keep-alive' }), [400, 426], /Connection|Upgrade/],
  ['a key of 15 bytes', openingRequest('/chat', { 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAA' }), [400], /Sec-WebSocket-Key/],
  ['two keys', openingRequest('/chat', { 'Sec-WebSocket-Key': `${sampleKey}\r\nSec-WebSocket-Key: ${sampleKey}` }), [400], /Sec-WebSocket-Key/],
  ['version 013', openingRequest('/chat', { 'Sec-WebSocket-Version': '013' }), [426], /013/],
  ['a subprotocol that is no token', openingRequest('/chat', { 'Sec-WebSocket-Protocol': 'a b' }), [400], /Sec-WebSocket-Protocol/],
  ['the same subprotocol twice', openingRequest('/chat', { 'Sec-WebSocket-Protocol': 'a, a' }), [400], /Sec-WebSocket-Protocol/],
  ['a broken extension', openingRequest('/chat', { 'Sec-WebSocket-Extensions': 'a; b="c' }), [400], /Sec-WebSocket-Extensions/],
  ['a body', openingRequest('/chat', { 'Content-Length': '5' }), [400], /content|Content-Length/i],
  ['a coding', openingRequest('/chat', { 'Transfer-Encoding': 'chunked' }), [400], /Transfer-Encoding|content/i],
  ['a fragment in the target', openingRequest('/chat#x'), [400], /target/],
  ['an authority as target', openingRequest('example.com:80'), [400], /target/],
  ['a target of 9000 bytes', openingRequest(`/${'a'.repeat(9000)}`), [414], /8192/],
  ['a field of 20 000 bytes', openingRequest('/chat', { X: 'a'.repeat(20_000) }), [431], /16384/],
  ['200 fields', openingRequest('/chat', { X: Array.from({ length: 200 }, () => '1').join('\r\nX: ') }), [431], /100/],
  ['a space before a colon', openingRequest('/chat').replace('Host:', 'Host :'), [400], /space|name/i],
  ['a folded field', openingRequest('/chat', { X: 'a\r\n b' }), [400], /fold/i],
  ['a bare CR', openingRequest('/chat', { X: 'a\rb' }), [400], /CR/],
  ['a NUL', openingRequest('/chat', { X: 'a\0b' }), [400], /NUL|control|0x00/i],
  ['a space before the first field', openingRequest('/chat').replace('\r\nHost', '\r\n Host'), [400], /space|fold/i],
  ['a request line of two words', openingRequest('/chat').replace(' HTTP/1.1', ''), [400], /request line/i],
  ['HTTP/2.0 in a request line', openingRequest('/chat').replace('HTTP/1.1', 'HTTP/2.0'), [400, 505], /HTTP/],
  ['a TLS ClientHello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', [400], /TLS|request line/i],
]

test('every malformed request gets a complete response that says what, which rule and which section, and the end of the connection [S12.9, RS1]', async (t) => {
  const port = await ways.serve(t)
  for (const [what, request, statuses, text] of malformed) {
    const client = await RawClient.to({ port })
    client.write(request)
    const response = await client.response()
    await client.end()
    client.destroy()
    assert.ok(statuses.includes(response.status), `${what}: ${response.status}`)
    assert.equal(response.get('content-length'), String(Buffer.byteLength(response.body)), what)
    assert.match(response.get('connection') ?? '', /\bclose$/, what)
    assert.equal(response.get('sec-websocket-accept'), undefined, what)
    assert.equal(response.get('upgrade'), response.status === 426 ? 'websocket' : undefined, what)
    assert.equal(client.buffer.length, 0, `${what}: nothing follows`)
    assert.match(response.body, text, what)
    assert.match(response.body, /^Rule: .+\n(RFC \d+|limits\.).*/m, what)
    assert.match(response.body, /section \d/, what)
  }
})

test('frames behind a refused request are neither answered nor read as a request [S12.17, RFC 9931]', async (t) => {
  const port = await ways.serve(t)
  for (const behind of [clientFrame(1, 'hello'), 'GET /chat HTTP/1.1\r\nHost: localhost\r\n\r\n']) {
    const client = await RawClient.to({ port })
    client.write(openingRequest('/lost'), behind)
    assert.equal((await client.response()).status, 404)
    await client.end()
    assert.equal(client.buffer.length, 0)
    client.destroy()
  }
})
