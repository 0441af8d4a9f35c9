import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import * as net from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { HandshakeReport } from '../../src/inspect/handshake-report.ts'
import { MemoryCli } from '../cli/memory-io.ts'

let cli: MemoryCli
let host: string

before(async () => {
  cli = new MemoryCli(['serve', '--inspect', '--port', '0', '--grace', '0', '--path', '/', '-s', 'soap'])
  host = (await cli.sees(/^listening ws:\/\/(\S+)\/\npage http:\/\/\1\/\n/))[1] ?? ''
})
after(() => cli[Symbol.asyncDispose]())

/** Sends `text` as it is and reads until `enough`, or until the server ends. */
async function exchange(text: string, enough: (received: string) => boolean = () => false): Promise<string> {
  const socket = net.connect(Number(host.split(':')[1]), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(text, 'latin1')
  let received = ''
  for await (const chunk of socket) {
    received += (chunk as Buffer).toString('latin1')
    if (enough(received)) break
  }
  socket.destroy()
  return received
}

async function get(path: string, fields = '', method = 'GET'): Promise<{ status: number; head: string; content: string }> {
  const withHost = /^host:/im.test(fields) ? '' : `Host: ${host}\r\n`
  const response = await exchange(`${method} ${path} HTTP/1.1\r\n${withHost}${fields}Connection: close\r\n\r\n`)
  const end = response.indexOf('\r\n\r\n')
  return { status: Number(response.slice(9, 12)), head: response.slice(0, end), content: response.slice(end + 4) }
}

const handshake = (target: string, more = '') =>
  `GET ${target} HTTP/1.1\r\nhOST:   ${host}\t\r\nUpgrade:websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${more}\r\n`

/** @param mark a text in the request target */
async function report(mark: string): Promise<HandshakeReport> {
  const { connections } = JSON.parse((await get('/connections')).content) as { connections: { id: number; target: string }[] }
  const found = connections.find(({ target }) => target.includes(mark))
  const { status, content } = await get(`/connections/${found?.id}`)
  assert.equal(status, 200)
  return (JSON.parse(Buffer.from(content, 'latin1').toString()) as { handshake: HandshakeReport }).handshake
}

describe('the server of the page', { concurrency: 4 }, () => {
  test('GET / returns the page, which loads only files of this server', async () => {
    const { status, head, content } = await get('/')
    assert.equal(status, 200)
    assert.match(head, /^content-type: text\/html; charset=utf-8$/im)
    const policy = /^content-security-policy: (.*)$/im.exec(head)?.[1] ?? ''
    assert.equal(
      policy,
      `default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' ws://${host} wss://${host}; ` +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    const text = Buffer.from(content, 'latin1').toString()
    assert.equal(text, readFileSync(new URL('../../src/inspect/page/index.html', import.meta.url), 'utf8'))
    assert.doesNotMatch(text, /<script(?! type="module" src="\w+\.js"><\/script>)|<style| on\w+=| style=/)
    assert.doesNotMatch(text, /(?:src|href)="(?!data:,|#|page\.\w+")/)
    for (const field of [
      'x-content-type-options: nosniff',
      'referrer-policy: no-referrer',
      'cache-control: no-store',
      'cross-origin-resource-policy: same-origin',
    ]) {
      assert.ok(head.toLowerCase().includes(field), field)
    }
  })

  test('returns its style sheet, its scripts and the facts they show', async () => {
    const scripts = readdirSync(new URL('../../src/inspect/page/', import.meta.url)).filter((name) => name.endsWith('.js'))
    for (const [path, type] of [
      ['/page.css', 'text/css'],
      ...scripts.map((name) => [`/${name}`, 'text/javascript'] as const),
      ['/server', 'application/json'],
      ['/connections', 'application/json'],
    ] as const) {
      const { status, head } = await get(path)
      assert.equal(status, 200, path)
      assert.ok(head.toLowerCase().includes(`content-type: ${type}; charset=utf-8\r\n`), path)
      assert.match(head, /^x-content-type-options: nosniff$/im)
      assert.equal((await get(path, 'Sec-Fetch-Site: cross-site\r\n')).status, 403, path)
    }
    const facts = JSON.parse((await get('/server')).content) as Record<string, unknown>
    assert.deepEqual([facts['mode'], facts['subprotocols'], facts['paths']], ['echo', ['soap'], ['/']])
  })

  test('shows request and response of a handshake byte for byte', async () => {
    const id = randomUUID()
    const sent = handshake(`/?x=1&mark=${id}`, 'Sec-WebSocket-Protocol: other, soap\r\nX-Own:\u00e9 \r\n')
    const received = await exchange(sent, (text) => text.endsWith('\r\n\r\n'))
    const shown = await report(id)
    assert.equal(shown.request.raw, sent)
    assert.equal(shown.response.raw, received)
    assert.equal(shown.status, 101)
    assert.equal(shown.accept?.accept, 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
    assert.equal(shown.accept?.matches, true)
    assert.equal(shown.verdict.outcome, 'opened')
  })

  test('shows a refused handshake with the response as sent', async () => {
    for (const [target, more, status] of [
      ['/other?mark=', '', 404],
      ['/?mark=', 'Origin: http://evil.example\r\n', 403],
      ['/?mark=', 'Sec-WebSocket-Version: 13\r\n', 400],
    ] as const) {
      const id = randomUUID()
      const received = await exchange(handshake(target + id, more))
      const shown = await report(id)
      assert.equal(shown.status, status)
      assert.equal(shown.response.raw + shown.response.content, received)
      assert.equal(shown.verdict.outcome, 'refused')
      assert.match(shown.verdict.citation?.text ?? '', /RFC \d+ section/)
    }
  })

  test('answers 404 for a connection that is not there, and withholds credentials of one that is', async () => {
    await exchange(handshake('/?token=s3cret', 'Cookie: a=s3cret\r\n'), (text) => text.endsWith('\r\n\r\n'))
    for (const path of ['/connections/', '/connections/0', '/connections/999999', '/connections/__proto__', '/connections/1/2', '/x']) {
      assert.equal((await get(path)).status, 404, path)
    }
    const all = await get('/connections')
    const { connections } = JSON.parse(all.content) as { connections: { id: number }[] }
    for (const { id } of connections) assert.doesNotMatch((await get(`/connections/${id}`)).content, /s3cret/)
    assert.doesNotMatch(all.content, /s3cret/)
  })

  test('answers 421 for another name in Host, so that DNS rebinding fails', async () => {
    for (const path of ['/', '/connections']) {
      assert.equal((await get(path, 'Host: evil.example\r\n')).status, 421)
      assert.equal((await get(path, `Host: localhost:${host.split(':')[1]}\r\n`)).status, 200)
    }
  })

  test('puts no part of a request into a response field or the page', async () => {
    const mark = 'ZZ-mark'
    for (const [what, request] of [
      ['Host', `GET / HTTP/1.1\r\nHost: ${mark};script-src *.localhost\r\nConnection: close\r\n\r\n`],
      ['Host with a port', `GET / HTTP/1.1\r\nHost: localhost:1;${mark}\r\nConnection: close\r\n\r\n`],
      ['query', `GET /?${mark} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`],
      ['path', `GET /${mark}%0d%0aX:1 HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`],
      ['absolute form', `GET http://${mark}/ HTTP/1.1\r\nHost: ${mark}\r\nConnection: close\r\n\r\n`],
      ['method', `${mark} / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`],
      [
        'fields',
        `GET / HTTP/1.1\r\nHost: ${host}\r\nX-${mark}: ${mark}\r\nOrigin: ${mark}\r\nReferer: ${mark}\r\nSec-Fetch-Site: ${mark}\r\nConnection: close, ${mark}\r\n\r\n`,
      ],
      ['handshake', handshake(`/?${mark}`, `Sec-WebSocket-Protocol: ${mark}\r\nSec-WebSocket-Extensions: ${mark}; a=${mark}\r\nX: ${mark}\r\n`)],
      ['refused handshake', handshake(`/${mark}`, `Origin: http://${mark}\r\n`)],
      ['handshake with another Host', handshake('/').replace(host, `${mark};.localhost`)],
    ] as const) {
      const [head = '', content = ''] = (await exchange(request, (text) => text.startsWith('HTTP/1.1 101') && text.includes('\r\n\r\n'))).split(
        '\r\n\r\n',
      )
      assert.match(head, /^HTTP\/1\.1 \d{3} /, what)
      assert.doesNotMatch(head, /ZZ-mark/i, what)
      if (/^content-type: text\/html/im.test(head)) assert.doesNotMatch(content, /ZZ-mark/i, what)
    }
  })

  test('answers 403 to a cross-site request for the connections', async () => {
    for (const site of ['cross-site', 'same-site']) assert.equal((await get('/connections', `Sec-Fetch-Site: ${site}\r\n`)).status, 403)
    assert.equal((await get('/connections', 'Sec-Fetch-Site: same-origin\r\n')).status, 200)
  })

  test('answers HEAD without content and other methods with 405 and Allow', async () => {
    const head = await get('/', '', 'HEAD')
    assert.deepEqual([head.status, head.content], [200, ''])
    const post = await get('/', 'Content-Length: 0\r\n', 'POST')
    assert.equal(post.status, 405)
    assert.match(post.head, /^allow: GET, HEAD$/im)
  })
})
