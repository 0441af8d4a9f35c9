import * as net from 'node:net'
import * as tls from 'node:tls'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { RULES } from '../../core/handshake/rules.ts'
import { ResponseHeadParser } from '../../core/http1/response-head.ts'
import type { ResponseHead } from '../../core/http1/response-head.ts'
import { DEFAULT_HEAD_LIMITS } from '../../core/http1/head-limits.ts'
import { nodePlatform } from '../../runtime/node/platform.ts'
import type { Proxy } from '../../client/proxy.ts'
import { withoutSecrets } from './box.ts'
import type { Answer, RawObservation, Target } from './observation.ts'
import { openRoute } from './route.ts'
import type { Bounds } from './route.ts'

/** The content that is kept of an answer; more is not read. */
export const maxBodyBytes = 4096
/** How long to wait for more content of an answer whose head has come. */
const bodyMs = 500
/** The bytes of something that is no HTTP, for the report. */
const bannerBytes = 64

/** Writes one request and reads the answer to it, within `timeoutMs`. Never throws. */
export function exchangeRaw(
  target: Target,
  request: string,
  options: Bounds & { readonly tls: TlsOptions; readonly proxy?: Proxy | undefined },
): Promise<RawObservation> {
  const started = performance.now()
  return openRoute(target, options.proxy, options).then(
    (opened) => exchangeOver(opened, target, request, { ...options, timeoutMs: options.timeoutMs - (performance.now() - started) }, started),
    (error: NodeJS.ErrnoException) => ({
      failure: error.code === 'ETIMEDOUT' || error.code === 'ABORT_ERR' ? 'no-answer' : 'unreachable',
      ms: performance.now() - started,
    }),
  )
}

function exchangeOver(
  opened: net.Socket,
  target: Target,
  request: string,
  options: Bounds & { readonly tls: TlsOptions },
  started: number,
): Promise<RawObservation> {
  const { timeoutMs, signal } = options
  return new Promise((resolve) => {
    const socket = target.secure
      ? tls.connect({
          ...options.tls,
          socket: opened,
          host: target.hostname,
          ALPNProtocols: ['http/1.1'],
          ...(net.isIP(target.hostname) === 0 ? { servername: target.hostname } : {}),
        })
      : opened
    const reader = new AnswerReader()
    let connected = !target.secure
    const finish = (failure?: NonNullable<RawObservation['failure']>): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', aborted)
      socket.destroy()
      opened.destroy()
      const { answer, banner } = reader
      const ms = performance.now() - started
      resolve({
        ...(answer === undefined ? { failure: reader.failure ?? failure ?? 'closed', ...(banner === '' ? {} : { banner }) } : { answer }),
        ms,
      })
    }
    let timer = setTimeout(() => finish('no-answer'), timeoutMs)
    const aborted = (): void => finish('no-answer')
    signal.addEventListener('abort', aborted)
    if (target.secure) {
      socket.on('secureConnect', () => {
        connected = true
        socket.write(request, 'latin1')
      })
    } else socket.write(request, 'latin1')
    socket.on('error', () => finish(connected ? 'closed' : 'unreachable'))
    socket.on('close', () => finish(connected ? 'closed' : 'unreachable'))
    socket.on('end', () => finish('closed'))
    socket.on('data', (chunk: Buffer) => {
      const before = reader.hasHead
      if (reader.push(chunk)) finish()
      else if (!before && reader.hasHead) {
        clearTimeout(timer)
        timer = setTimeout(finish, bodyMs)
      }
    })
    // A tunnel comes paused
    socket.resume()
    if (signal.aborted) aborted()
  })
}

/** Reads one response and at most {@link maxBodyBytes} of its content. */
class AnswerReader {
  readonly #parser = new ResponseHeadParser(DEFAULT_HEAD_LIMITS, nodePlatform.text)
  #head: ResponseHead | undefined
  #body = Buffer.alloc(0)
  #first = Buffer.alloc(0)
  failure: 'not-http' | 'malformed' | 'too-large' | undefined

  get hasHead(): boolean {
    return this.#head !== undefined
  }

  /** The first bytes of something that is no HTTP. */
  get banner(): string {
    return this.failure === 'not-http' ? this.#first.toString('latin1') : ''
  }

  get answer(): Answer | undefined {
    if (this.#head === undefined) return undefined
    const { httpVersion, status, statusText, fields } = this.#head
    return withoutSecrets({ httpVersion, status, statusText, fields: [...fields], body: this.#body.toString('utf8') })
  }

  /** @returns whether nothing more is needed */
  push(chunk: Buffer): boolean {
    if (this.#first.length < bannerBytes) this.#first = Buffer.concat([this.#first, chunk.subarray(0, bannerBytes - this.#first.length)])
    let rest = chunk
    if (this.#head === undefined) {
      const result = this.#parser.push(chunk)
      if (result.kind === 'more') return false
      if (result.kind === 'failed') {
        const isHttp = this.#first.toString('latin1').startsWith('HTTP/')
        this.failure = !isHttp ? 'not-http' : result.failure.rule === RULES.RS14 ? 'too-large' : 'malformed'
        return true
      }
      this.#head = result.head
      rest = chunk.subarray(result.consumed)
    }
    this.#body = Buffer.concat([this.#body, rest.subarray(0, maxBodyBytes - this.#body.length)])
    const length = this.#head.fields.get('content-length')
    return this.#head.status === 101 || this.#body.length >= Math.min(maxBodyBytes, length === undefined ? maxBodyBytes : Number(length))
  }
}
