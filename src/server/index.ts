export type { BroadcastOptions, BroadcastResult } from './broadcast.ts'
export type { ObservedHandshake, ServerObserver } from './observer.ts'
export type {
  AbortSignalLike,
  Acceptance,
  ConnectionHandlers,
  DrainOptions,
  DrainResult,
  ResponseLike,
  ServerOptions,
  UpgradeHook,
  UpgradeRequest,
  WithPlainMessage,
} from './options.ts'
export { resolveServerPolicy } from './policy.ts'
export type { ServerPolicy } from './policy.ts'
export type { AgreedOpening, ApplicationResponse, Responder } from './responder.ts'
export { ServerCore } from './server-core.ts'
