/** The configuration of a measured server, as JSON in its first argument. */
export interface ServerSetup {
  /**
   * `broadcast`: each message goes to every connection, `burst` times. `transfer`: a text requests that number of bytes, a binary message is
   * discarded.
   */
  readonly mode: 'echo' | 'broadcast' | 'transfer'
  /** In `broadcast`: with `send` for each connection, also where one call sends to all. */
  readonly each: boolean
  readonly burst: number
  /** Payload bytes of a message: what the floors prepare, or collect. */
  readonly payloadBytes: number
  readonly tls: { readonly key: string; readonly cert: string } | undefined
  readonly deflate: boolean
  /** Hooks and handlers as applications have them: an upgrade hook that answers at once, subprotocols, permessage-deflate, a handler of the end. */
  readonly hooks: boolean
  /** Of HTTP/2, in bytes; hawser's defaults where undefined. */
  readonly windows: { readonly stream: number; readonly session: number } | undefined
  readonly maxMessage: number
  /** Of hawser; an hour where undefined. */
  readonly keepalive?: { readonly intervalMs: number; readonly timeoutMs: number }
  /** File URL of the built entry point of hawser or of @hawser/ws; empty for what is not of this workspace. */
  readonly hawser: string
}

export interface ServerHello {
  readonly port: number
  /** A note to print after the name, for example native add-ons. */
  readonly note?: string
}

export function readSetup(): ServerSetup {
  return JSON.parse(process.argv[2] ?? 'null') as ServerSetup
}
