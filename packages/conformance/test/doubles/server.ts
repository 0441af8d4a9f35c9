import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { negotiate, splitList } from './negotiate.ts'
import { Endpoint } from './endpoint.ts'
import { parseRequest, Refusal, refusalResponse, token } from './server-request.ts'
import { switchingResponse } from './server-response.ts'

export interface DoubleServerOptions {
  readonly mutants?: Iterable<string>
  readonly subprotocols?: readonly string[]
  readonly refusedOrigin?: string
  readonly unknownPath?: string
  readonly maxMessage?: number
  readonly deflate?: boolean
  readonly handshakeMs?: number
  readonly closeMs?: number
}

/** A small WebSocket echo server, correct unless a switch makes it wrong; knows nothing of hawser or of the suite. */
export class DoubleServer {
  #server: Server
  #options: DoubleServerOptions
  #mutants: ReadonlySet<string>
  #sockets = new Set<Socket>()
  #keys = new Set<string>()
  #dead = false

  constructor(options: DoubleServerOptions = {}) {
    this.#options = options
    this.#mutants = new Set(options.mutants)
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket))
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/echo`
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #has(name: string): boolean {
    return this.#mutants.has(name)
  }

  #die(): void {
    this.#dead = true
  }

  #accept(socket: Socket): void {
    if (this.#dead) {
      socket.destroy()
      return
    }
    this.#sockets.add(socket)
    let buffer: Buffer = Buffer.alloc(0)
    let endpoint: Endpoint | undefined
    let timer = setTimeout(() => socket.destroy(), this.#options.handshakeMs ?? 5000)
    if (this.#has('handshake-timeout-off')) clearTimeout(timer)
    let over = false
    socket.on('data', (chunk) => {
      if (endpoint !== undefined) {
        endpoint.receive(chunk)
        return
      }
      if (over) return
      if (this.#has('handshake-timeout-idle')) {
        clearTimeout(timer)
        // Longer than the pauses of a busy machine between two fields.
        timer = setTimeout(() => socket.destroy(), 3 * (this.#options.handshakeMs ?? 5000))
      }
      buffer = Buffer.concat([buffer, chunk])
      if (this.#has('empty-line-first-refused') ? false : buffer.subarray(0, 2).toString('latin1') === '\r\n') buffer = buffer.subarray(2)
      for (;;) {
        const bareLf = this.#has('bare-lf-accepted') && !buffer.includes('\r\n\r\n') ? buffer.indexOf('\n\n') : -1
        const end =
          bareLf >= 0 ? bareLf : this.#has('bare-cr-accepted') && buffer.includes('\r\r') ? buffer.indexOf('\r\r') : buffer.indexOf('\r\n\r\n')
        const over64 = buffer.length > 65536 && (end < 0 || end > 65536)
        if (over64 && !this.#has('head-limit-off')) {
          over = true
          this.#refuse(socket, new Refusal(buffer.subarray(0, 65536).indexOf('\r\n') < 0 ? 414 : 431))
          return
        }
        if (end < 0) {
          if (this.#has('head-needs-one-segment')) socket.destroy()
          return
        }
        const text = buffer.toString('latin1', 0, end)
        const gap = bareLf >= 0 || (this.#has('bare-cr-accepted') && !text.includes('\r\n')) ? 2 : 4
        const rest = buffer.subarray(end + gap)
        let answer: { response: string; endpoint: Endpoint } | { content: string }
        try {
          answer = this.#handle(text, socket)
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
          if (this.#has('dies-at-a-bad-request')) this.#die()
          if (this.#has('early-data-as-request') && rest.includes('\r\n\r\n')) {
            socket.write(`HTTP/1.1 ${error.status} No\r\nContent-Length: 0\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n`)
            return
          }
          if (this.#refuse(socket, error)) over = true
          buffer = Buffer.alloc(0)
          return
        }
        if ('content' in answer) {
          socket.write(answer.content)
          if (this.#has('ordinary-request-ends-upgrades')) over = true
          buffer = rest
          if (buffer.length > 0) continue
          return
        }
        clearTimeout(timer)
        socket.write(answer.response, 'latin1')
        endpoint = answer.endpoint
        if (rest.length > 0 && !this.#has('early-data-lost')) endpoint.receive(Buffer.from(rest))
        if (this.#has('speaks-first')) socket.write(Buffer.from([0x81, 2, 0x68, 0x69]))
        return
      }
    })
    socket.on('end', () => {
      if (this.#has('dies-at-an-end') && endpoint === undefined) this.#die()
      if (this.#has('dies-at-an-end-when-open') && endpoint !== undefined) this.#die()
      if (endpoint !== undefined) endpoint.end()
      else if (!this.#has('half-close-ignored')) {
        if (!over && buffer.length > 0 && !this.#has('refuse-by-drop')) this.#refuse(socket, new Refusal(400))
        socket.end()
      }
    })
    socket.on('error', () => {
      if (this.#has('dies-at-a-reset')) this.#die()
    })
    socket.on('close', () => {
      clearTimeout(timer)
      this.#sockets.delete(socket)
    })
  }

  /** @returns whether the connection is over */
  #refuse(socket: Socket, refusal: Refusal): boolean {
    if (this.#has('refuse-by-drop') || (this.#has('legal-bad-extensions-dropped') && refusal.reason === 'extensions')) {
      socket.end()
      return true
    }
    if (this.#has('refuse-by-hanging')) return true
    const { text, closes } = refusalResponse(refusal, (name) => this.#has(name))
    socket.write(text)
    if (closes) socket.end()
    return closes || this.#has('refusal-then-deaf')
  }

  #handle(text: string, socket: Socket): { response: string; endpoint: Endpoint } | { content: string } {
    const has = (name: string): boolean => this.#has(name)
    const request = parseRequest(text, has)
    if (has('dies-at-many-fields') && request.fields.length > 1000) this.#die()
    const wanted = (name: string): string =>
      has('field-name-case-sensitive')
        ? ({ host: 'Host', upgrade: 'Upgrade', connection: 'Connection', origin: 'Origin' }[name] ??
          name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase()).replace('Websocket', 'WebSocket'))
        : name
    const all = (name: string): string[] => request.fields.filter(([field]) => field === wanted(name)).map(([, value]) => value)
    const one = (name: string): string | undefined => all(name)[0]

    const version = /^HTTP\/(\d)\.(\d)$/.exec(request.version)
    if (version === null || version[1] !== '1') {
      if (!has('http-version-unchecked')) throw new Refusal(version === null ? 400 : 505)
    } else if (version[2] === '0' && !has('http-1.0-accepted')) throw new Refusal(400)
    if (has('http-1.2-refused') && request.version === 'HTTP/1.2') throw new Refusal(505)
    if (
      has('unknown-fields-refused') &&
      request.fields.some(([name]) => /^(?:x-|cookie|user-agent|__proto__|constructor|hasownproperty|!)/.test(name))
    )
      throw new Refusal(400)
    if (has('object-property-names-refused') && request.fields.some(([name]) => name in {})) throw new Refusal(400)

    const lengths = all('content-length')
    if (!has('content-length-unchecked') && (lengths.some((value) => !/^\d+$/.test(value)) || new Set(lengths).size > 1)) throw new Refusal(400)
    if (!has('content-accepted')) {
      if (one('transfer-encoding') !== undefined || (!has('content-length-unchecked') && lengths.some((value) => value !== '0')))
        throw new Refusal(has('refusal-keeps-connection') ? 400 : 413)
    }
    if (has('content-length-0-refused') && lengths.includes('0')) throw new Refusal(400)

    const hosts = all('host')
    if (hosts.length === 0 && !has('host-missing-accepted')) throw new Refusal(400)
    if (hosts.length > 1 && !has('host-twice-accepted')) throw new Refusal(400)
    const hostGood = hosts.every((host) => /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~!$&'()*+,;=%]*)(?::\d*)?$/.test(host))
    if (!hostGood && !has('host-unchecked')) throw new Refusal(400)
    if (has('host-empty-refused') && hosts[0] === '') throw new Refusal(400)
    const own = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    if (has('host-other-refused') && hosts[0] !== own && hosts[0] !== '') throw new Refusal(421)

    let target = request.target
    if (!has('target-unchecked') && /[^!-~]|#/.test(target)) throw new Refusal(400)
    if (target.length > 20_000) throw new Refusal(414)
    if (has('target-limited-to-4000') && target.length > 4000) throw new Refusal(414)
    const absolute = /^(https?|wss?):\/\/([^/?#]*)(.*)$/i.exec(target)
    if (absolute !== null) {
      if (has('target-absolute-refused') || (has('target-absolute-ws-refused') && /^ws/i.test(target))) throw new Refusal(400)
      if (has('target-absolute-needs-host') && hosts[0] !== absolute[2]) throw new Refusal(400)
      target = absolute[3] === '' ? '/' : absolute[3]!
    }
    if (!target.startsWith('/') && !has('target-unchecked')) throw new Refusal(400)
    if (has('target-strange-refused') && (target.startsWith('//') || /%(?![0-9a-f]{2})/i.test(target))) throw new Refusal(400)
    if (has('target-query-refused') && target.includes('?')) throw new Refusal(404)
    if (target.split('?')[0] === this.#options.unknownPath && !has('path-unchecked')) throw new Refusal(has('path-unknown-400') ? 400 : 404, false)

    const methodGood =
      request.method === 'GET' || has('method-unchecked') || (has('method-case-insensitive') && request.method.toUpperCase() === 'GET')
    if (!methodGood) throw new Refusal(405, false, has('405-without-allow') ? [] : ['Allow: GET'])
    if (one('upgrade') === undefined && one('connection') === undefined && one('sec-websocket-key') === undefined) {
      return { content: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok' }
    }

    const upgradeRequired = (): Refusal =>
      new Refusal(has('version-refused-with-400') ? 404 : 426, false, [
        ...(has('426-without-upgrade') ? [] : ['Upgrade: websocket']),
        ...(has('426-without-connection') ? [] : ['Connection: Upgrade']),
        ...(has('426-without-versions') ? [] : ['Sec-WebSocket-Version: 13']),
        ...(has('legal-version-lines') ? ['Sec-WebSocket-Version: 8, 7', 'Upgrade: h2c'] : []),
      ])
    const linesOf = (name: string): string[] => {
      if (has('first-line-only')) return all(name).slice(0, 1)
      return has(`${name.replace('sec-websocket-', '')}-last-line`) ? all(name).slice(-1) : all(name)
    }
    const list = (values: readonly string[], noList: string): string[] => {
      if (has(noList)) return [...values]
      return values.flatMap((value) => value.split(',').map((part) => part.trim())).filter((part) => part !== '' || has('empty-elements-refused'))
    }
    const upgrades = list(linesOf('upgrade'), 'upgrade-as-one-value')
    if (has('empty-elements-refused') && upgrades.includes('')) throw new Refusal(400)
    const isWebsocket = (name: string): boolean =>
      has('upgrade-case-sensitive')
        ? name === 'websocket'
        : has('upgrade-substring')
          ? /web.?socket/i.test(name)
          : name.toLowerCase() === 'websocket' || (has('upgrade-version-accepted') && /^websocket\/13$/i.test(name))
    if (!upgrades.some(isWebsocket) && !has('upgrade-unchecked')) throw new Refusal(400)
    const options = list(linesOf('connection'), 'connection-as-one-value')
    if (has('empty-elements-refused') && options.includes('')) throw new Refusal(400)
    const isUpgrade = (name: string): boolean =>
      has('connection-case-sensitive') ? name === 'Upgrade' : has('connection-substring') ? /upgrade/i.test(name) : name.toLowerCase() === 'upgrade'
    if (!options.some(isUpgrade) && !has('connection-unchecked')) throw new Refusal(400)
    if (has('connection-close-refused') && options.includes('close')) throw new Refusal(400)

    const versions = all('sec-websocket-version')
    if (versions.length === 0 && !has('version-missing-accepted')) throw upgradeRequired()
    if (versions.length > 1 && !has('version-twice-accepted')) throw new Refusal(400)
    const versionGood =
      has('version-unchecked') ||
      versions[0] === undefined ||
      versions[0] === '13' ||
      (has('version-lenient-number') && (Number(versions[0]) === 13 || Number.parseInt(versions[0], 10) === 13)) ||
      (has('version-loose') && /13|１３/.test(Buffer.from(versions[0], 'latin1').toString('utf8'))) ||
      (has('version-modulo-256') && Number(versions[0]) % 256 === 13) ||
      (has('version-drafts-accepted') && ['0', '4', '7', '8'].includes(versions[0]))
    if (!versionGood) throw upgradeRequired()

    const keys = all('sec-websocket-key')
    if (keys.length > 1 && !has('key-twice-accepted')) throw new Refusal(400)
    const key = keys[0] ?? ''
    const decoded = Buffer.from(key, 'base64')
    const keyGood =
      has('key-unchecked') ||
      (has('key-decoded-leniently') && decoded.length === 16) ||
      (has('key-length-only') && key.length === 24) ||
      (has('key-any-base64') && /^[A-Za-z0-9+/]+=*$/.test(key)) ||
      (/^[A-Za-z0-9+/]{22}==$/.test(key) &&
        !(has('key-canonical-only') && decoded.toString('base64') !== key) &&
        !(has('key-alphanumeric-only') && /[+/]/.test(key)) &&
        !(has('key-zeros-refused') && /^A+==$/.test(key)))
    if (!keyGood) throw new Refusal(400)
    if (has('key-again-refused') && this.#keys.has(key)) throw new Refusal(400)
    this.#keys.add(key)

    const origins = has('origin-last-only') ? all('origin').slice(-1) : all('origin')
    if (origins.length === 0 && has('origin-needed')) throw new Refusal(403)
    const looked = has('origin-name-case-sensitive') && /ORIGIN:/.test(text) ? [] : origins
    if (this.#options.refusedOrigin !== undefined && looked.includes(this.#options.refusedOrigin) && !has('origin-unchecked'))
      throw new Refusal(has('origin-refused-with-400') ? 400 : 403)
    if (one('expect') !== undefined && has('expectation-crashes')) throw new Refusal(500)

    const protocolLines = linesOf('sec-websocket-protocol')
    const protocols = list(has('third-line-ignored') ? protocolLines.slice(0, 2) : protocolLines, 'no-such-switch')
    if (has('empty-elements-refused') && protocols.includes('')) throw new Refusal(400)
    if (!has('subprotocol-grammar-unchecked') && protocols.some((name) => !token.test(name))) throw new Refusal(400)
    if (protocolLines.length > 0 && protocols.length === 0 && has('subprotocol-empty-refused')) throw new Refusal(400)
    if (new Set(protocols).size < protocols.length && has('subprotocol-twice-refused')) throw new Refusal(400)
    const known = this.#options.subprotocols ?? []
    const matches = (name: string): boolean =>
      known.includes(name) ||
      (has('subprotocol-case-insensitive') && known.includes(name.toLowerCase())) ||
      (has('subprotocol-prefix') && known.some((one) => name.startsWith(one))) ||
      (has('subprotocol-from-plain-object') && name in {})
    let subprotocol = has('subprotocol-first-offered')
      ? protocols[0]
      : has('subprotocol-first-or-none')
        ? protocols.slice(0, 1).find(matches)
        : has('subprotocol-server-order')
          ? known.find((name) => protocols.includes(name))
          : protocols.find(matches)
    if (has('subprotocol-own-choice') && subprotocol === undefined && protocols.length > 0) subprotocol = known[0] ?? 'chat'
    if (has('subprotocol-unasked') && protocols.length === 0) subprotocol = 'chat'
    if (has('subprotocol-none-refused') && protocols.length > 0 && subprotocol === undefined) throw new Refusal(400)
    if (has('subprotocol-list-limited-to-10')) subprotocol = protocols.slice(0, 10).find(matches)
    if (has('subprotocol-never')) subprotocol = undefined

    const extensionLines = linesOf('sec-websocket-extensions')
    const elements = splitList(extensionLines.join(','), has)
    if (elements === undefined) throw new Refusal(400, true, [], 'extensions')
    const negotiated = this.#options.deflate === false && !has('deflate-although-off') ? undefined : negotiate(elements, has)
    if (negotiated === 'refuse') throw new Refusal(has('deflate-bad-offer-is-500') ? 500 : 400)

    const response = switchingResponse({ text, key, subprotocol, extensionLines, negotiated: negotiated?.text }, has)
    const endpoint = new Endpoint(socket, {
      role: 'server',
      mutants: this.#mutants,
      maxMessage: this.#options.maxMessage ?? 1 << 20,
      closeMs: this.#options.closeMs ?? 300,
      agreed: negotiated?.agreed,
    })
    return { response, endpoint }
  }
}
