import type { TestContext } from 'node:test'
import { WebSocket, WebSocketStream } from '../../../src/index.ts'

/** The classes of a browser, which this process does not have. */
export type PlatformKind = 'WebSocketStream' | 'WebSocket'

/** Gives the process, until the test ends, the classes of a browser that has WebSocketStream, or that has only WebSocket: hawser's own, over real sockets. */
export function usePlatform(t: TestContext, kind: PlatformKind): void {
  const names = ['WebSocket', 'WebSocketStream'] as const
  const before = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const)
  const define = (name: string, value: unknown): void => void Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
  define('WebSocket', WebSocket)
  define('WebSocketStream', kind === 'WebSocketStream' ? WebSocketStream : undefined)
  t.after(() => {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name)
      else Object.defineProperty(globalThis, name, descriptor)
    }
  })
}

export const platformKinds: readonly PlatformKind[] = ['WebSocketStream', 'WebSocket']
