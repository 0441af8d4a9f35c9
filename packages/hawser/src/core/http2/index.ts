/**
 * The opening handshake over HTTP/2: Extended CONNECT, for both ends (RFC 8441).
 * @module
 */
export { buildAcceptanceFields } from './acceptance.ts'
export { buildConnectRequest } from './connect-request.ts'
export { validateConnectResponse } from './connect-response.ts'
export { isConnectToWebSocket, readConnectRequest, refuseOrdinary, refuseProtocol, refuseTunnel } from './opening-request.ts'
export { HTTP2_RULES } from './rules.ts'
export type { ConnectAcceptance } from './acceptance.ts'
export type { ConnectRequestOptions } from './connect-request.ts'
export type { ConnectResponseHead } from './connect-response.ts'
export type { ConnectRequestHead } from './opening-request.ts'
