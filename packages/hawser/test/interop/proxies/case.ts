/** Configurations of proxies, right and wrong, with the finding of `hawser doctor` that names what is wrong. */
import type { OptionalProgram } from '../../../../../scripts/optional.ts'

/** What a configuration refers to. */
export interface Places {
  /** Ports of 127.0.0.1: an echo server for /chat, which compares Origin with Host. */
  readonly echo: number
  /** The same, which believes the X-Forwarded fields of its proxy. */
  readonly trusting: number
  /** The same with TLS. */
  readonly secure: number
  /** Accepts connections and never answers. */
  readonly silent: number
  /** Answers every opening handshake with 101 and ends the connection. */
  readonly closing: number
  /** Nothing listens there. */
  readonly closed: number
  /** With the certificates NAME.crt, NAME.key and NAME.pem (both), and the authority.crt of clients. */
  readonly folder: string
}

export interface ProxyCase {
  /** What is wrong with it, for the table of docs/doctor.md. */
  readonly wrong: string
  /** The configuration of one server, which listens on `port`. */
  configure(places: Places, port: number): string
  /** Default `ws`. */
  readonly scheme?: 'ws' | 'wss'
  /** Further arguments of `hawser doctor`. */
  readonly args?: readonly string[]
  /** Whether a WebSocket opens over HTTP/2, too, where it is tried with TLS and works. */
  readonly overHttp2?: boolean
  /** The finding that names it; undefined: it works. */
  readonly finding: string | undefined
}

export interface ProxyProgram {
  readonly program: OptionalProgram
  /** For the table. */
  readonly name: string
  readonly cases: readonly ProxyCase[]
  /** The whole configuration, around that of each case. */
  configure(servers: readonly string[], places: Places): string
  args(file: string, folder: string): readonly string[]
  /** Printed when it listens. */
  readonly ready: RegExp
}

/** Arguments for a configuration that ends idle connections after a second. */
export const idleArguments: readonly string[] = ['--idle', '2.2s']
