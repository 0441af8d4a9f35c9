import type { CloseEventConstructor, ErrorEventConstructor } from '../../web/events.ts'
import type { WebSocketConstructor } from '../../web/interface.ts'
import type { WebSocketStreamConstructor } from '../../web/stream-interface.ts'
import type { WebSocketErrorConstructor } from '../../web/websocket-error.ts'

/** What the platform may have, read when it is used: a test, or a polyfill, may replace it. */
export interface BrowserPlatform {
  readonly WebSocket: WebSocketConstructor
  readonly WebSocketStream?: WebSocketStreamConstructor
  readonly WebSocketError?: WebSocketErrorConstructor
  readonly CloseEvent: CloseEventConstructor
  readonly ErrorEvent: ErrorEventConstructor
  /** Undefined where there is no document, as in some workers. */
  readonly location?: { readonly href: string }
  readonly navigator?: { readonly onLine?: boolean }
  /** Undefined in workers. */
  readonly document?: Partial<EventTarget> & { readonly visibilityState?: string }
}

export const platform: BrowserPlatform = globalThis as unknown as BrowserPlatform
