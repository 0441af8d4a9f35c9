import { createRequire } from 'node:module'
import type * as Ws from 'ws'

const require = createRequire(import.meta.url)

/** The parts of `ws` that the scenarios use, privates included; loose, since scenarios also give what the types forbid. */
export interface Implementation {
  readonly name: 'ws' | '@hawser/ws'
  readonly WebSocket: any
  readonly WebSocketServer: any
  readonly createWebSocketStream: any
  /** `require()` of the package. */
  readonly required: any
  /** `import()` of the package. */
  readonly imported: any
}

/** One of the two packages, as a program gets it. */
export async function load(name: Implementation['name']): Promise<Implementation> {
  const imported = (await import(name)) as typeof Ws
  const { WebSocket, WebSocketServer, createWebSocketStream } = imported
  return { name, WebSocket, WebSocketServer, createWebSocketStream, required: require(name), imported }
}
