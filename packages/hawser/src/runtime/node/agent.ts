import { EventEmitter } from 'node:events'
import type { Agent } from 'node:http'
import { checkServerIdentity } from 'node:tls'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { asError, OptionError } from '../../core/errors.ts'
import type { HandshakeError, ReceivedResponse } from '../../core/errors.ts'
import type { ServerAddress } from '../../core/handshake/url.ts'
import { observeResult } from '../../connection/application-code.ts'
import { proxyRefused } from '../../client/http1/tunnel.ts'
import { discard, isByteStream } from './byte-stream.ts'

/** An agent of node:http or node:https, or an object that takes requests as they do, such as the agents on npm that connect through proxies. */
export type RequestAgent =
  | Agent
  | {
      /** Calls `request.onSocket(socket)` once, or `request.onSocket(null, error)`. The options have the names of those of `https.request`. */
      addRequest(request: any, options: any): void
    }

/** How to reach the server, in the names of `http.request`. */
export interface AgentOptions {
  readonly lookup?: unknown
  readonly family?: number
  readonly localAddress?: string
  readonly localPort?: number
}

/**
 * Asks an agent for a socket, as `http.request` does, and takes it out of the agent's pool: it is for one connection. An agent for proxies does the TLS of
 * wss as well, and so does one of node:https.
 * @param tls with the server name
 * @throws HandshakeError for a proxy's refusal; an error of the agent
 */
export function socketOfAgent(agent: RequestAgent, address: ServerAddress, options: AgentOptions, tls: TlsOptions): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const { hostname: host, port, secure } = address
    if (!secure && (agent as { readonly protocol?: unknown }).protocol === 'https:') {
      const message = `option agent: an agent of node:https cannot be used for ws://${address.authority}: it connects with TLS, as wss does`
      throw new OptionError('agent', 'an agent for ws URLs, such as one of node:http', agent, message)
    }
    const request = new SocketRequest(agent, address, (socket, error) => {
      const { refusal } = request
      if (error !== undefined || refusal !== undefined) {
        discard(socket)
        reject(refusal ?? error)
        return
      }
      if (isByteStream(socket)) {
        // Its events may come before the promise has settled.
        socket.on('error', () => {})
        socket.emit('agentRemove')
      }
      resolve(socket)
    })
    const call: unknown = (agent as { addRequest(request: unknown, options: unknown): unknown }).addRequest(request, {
      ...options,
      ...(secure ? { ...tls, checkServerIdentity: checkIdentityOf(tls.servername || host, tls) } : {}),
      host,
      hostname: host,
      port,
      protocol: secure ? 'https:' : 'http:',
      secureEndpoint: secure,
      allowHalfOpen: true,
      agent,
    })
    observeResult(call, reject)
  })
}

/** Checks the certificate against the server whatever name reaches node:tls: an agent that gives it a socket without a name would have that of a proxy checked. */
function checkIdentityOf(name: string, tls: TlsOptions): NonNullable<TlsOptions['checkServerIdentity']> {
  const check = tls.checkServerIdentity ?? checkServerIdentity
  return (_name, certificate) => check(name, certificate)
}

/** The part of `http.ClientRequest` that agents use until they have a socket. The opening handshake is sent over that socket by hawser. */
class SocketRequest extends EventEmitter {
  readonly agent: RequestAgent
  readonly method = 'GET'
  readonly path: string
  readonly host: string
  readonly protocol: string
  shouldKeepAlive = false
  reusedSocket = false
  readonly #address: ServerAddress
  readonly #headers: Readonly<Record<string, string>>
  readonly #done: (socket: unknown, error: Error | undefined) => void
  #answer: unknown
  #isDone = false

  constructor(agent: RequestAgent, address: ServerAddress, done: (socket: unknown, error: Error | undefined) => void) {
    super()
    this.agent = agent
    this.path = address.target
    this.host = address.hostname
    this.protocol = address.secure ? 'https:' : 'http:'
    this.#address = address
    this.#headers = { host: address.authority, upgrade: 'websocket', connection: 'Upgrade' }
    this.#done = done
    this.on('error', (error: unknown) => this.onSocket(undefined, error))
    this.on('proxyConnect', (answer: unknown) => {
      this.#answer = answer
    })
  }

  getHeader(name: string): string | undefined {
    return this.#headers[name.toLowerCase()]
  }

  getHeaders(): Readonly<Record<string, string>> {
    return this.#headers
  }

  hasHeader(name: string): boolean {
    return this.getHeader(name) !== undefined
  }

  /** An agent that adds fields would forward the request itself; that carries no WebSocket. */
  setHeader(name: string): never {
    throw new Error(`the agent adds the field ${name} to the request, but only an agent that opens a connection or a tunnel can be used`)
  }

  /** Called by the agent, once; a socket that it gives later is destroyed. */
  onSocket(socket: unknown, error?: unknown): void {
    if (this.#isDone) {
      discard(socket)
      return
    }
    this.#isDone = true
    this.#done(socket, error === null || error === undefined ? undefined : asError(error))
  }

  /** The refusal of a proxy, where the agent tells its response to CONNECT with the event `proxyConnect`. */
  get refusal(): HandshakeError | undefined {
    const response = readAnswer(this.#answer)
    if (response === undefined || (response.status >= 200 && response.status < 300)) return undefined
    return proxyRefused({ shown: 'of the agent', basic: undefined }, this.#address, response)
  }
}

/** `statusCode`, `statusText` and `headers`, as in `http.IncomingMessage`. */
function readAnswer(answer: unknown): ReceivedResponse | undefined {
  const { statusCode, statusText, headers } = (answer ?? {}) as { statusCode?: unknown; statusText?: unknown; headers?: unknown }
  if (typeof statusCode !== 'number') return undefined
  const fields = Object.entries(typeof headers === 'object' && headers !== null ? headers : {}).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, String(one)]),
  )
  return {
    httpVersion: '1.1',
    status: statusCode,
    statusText: typeof statusText === 'string' ? statusText : '',
    fields,
    body: new Uint8Array(),
    bodyTruncated: false,
  }
}
