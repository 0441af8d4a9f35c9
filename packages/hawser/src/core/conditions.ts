/** The stable names of everything that can go wrong with a connection, each with a section in the docs. */

/** A client's opening handshake failed: docs/errors-handshake.md. */
const handshake = [
  'url-invalid',
  'url-port-blocked',
  'dns-failed',
  'tcp-refused',
  'tcp-unreachable',
  'tcp-failed',
  'proxy-unreachable',
  'proxy-refused',
  'proxy-invalid',
  'tls-certificate-untrusted',
  'tls-certificate-name',
  'tls-certificate-expired',
  'tls-client-certificate',
  'tls-not-spoken',
  'tls-failed',
  'http2-unavailable',
  'http2-stream-refused',
  'response-missing',
  'response-not-http',
  'response-invalid',
  'response-upgrade',
  'response-connection',
  'response-option-failed',
  'status-2xx',
  'status-3xx',
  'status-400',
  'status-401',
  'status-403',
  'status-404',
  'status-405',
  'status-407',
  'status-408',
  'status-421',
  'status-426',
  'status-429',
  'status-431',
  'status-500',
  'status-502',
  'status-503',
  'status-504',
  'status-other',
  'redirect-failed',
  'accept-invalid',
  'subprotocol-none',
  'subprotocol-invalid',
  'extensions-invalid',
  'handshake-timeout',
  'handshake-aborted',
] as const

/** A server refused an opening handshake: docs/errors-refusals.md. */
const refusal = [
  'request-line',
  'request-http-version',
  'request-target',
  'request-method',
  'request-fields',
  'request-too-large',
  'request-content',
  'request-host',
  'request-upgrade',
  'request-connection',
  'request-key',
  'request-version',
  'request-grammar',
  'request-http2',
  'request-misdirected',
  'request-origin',
  'request-path',
  'request-subprotocol',
  'request-forwarded',
  'request-proxy-header',
  'request-timeout',
  'server-connections',
  'server-address-connections',
  'server-handshake-rate',
  'server-memory',
  'server-draining',
  'server-hook-timeout',
  'server-hook-failed',
  'server-hook-refused',
] as const

/** A connection ended: docs/errors-connection.md. */
const connection = [
  'frame-reserved-bits',
  'frame-opcode',
  'frame-length',
  'frame-masking',
  'frame-fragments',
  'control-frame',
  'close-frame',
  'protocol-error',
  'text-not-utf8',
  'invalid-payload',
  'compressed-data',
  'message-too-big',
  'message-incomplete',
  'control-flood',
  'receive-rate',
  'policy-violation',
  'slow-consumer',
  'memory-limit',
  'invalid-message',
  'handler-failed',
  'stream-failed',
  'extension-failed',
  'internal-error',
  'terminated',
  'keepalive-timeout',
  'closing-timeout',
  'connection-lost',
  'connection-closed',
] as const

/** What went wrong with an opening handshake at the client. Stable; each has a section in docs/errors-handshake.md. */
export type HandshakeCondition = (typeof handshake)[number]
/** Why a server refused an opening handshake. Stable; each has a section in docs/errors-refusals.md. */
export type RefusalCondition = (typeof refusal)[number]
/** Why a connection ended other than in order. Stable; each has a section in docs/errors-connection.md. */
export type ConnectionCondition = (typeof connection)[number]

/** The pages below docs/ that have the sections. */
interface Pages {
  readonly 'errors-handshake': HandshakeCondition
  readonly 'errors-refusals': RefusalCondition
  readonly 'errors-connection': ConnectionCondition
}

/** Every condition, with its page. No other code needs the lists, so bundlers leave them out. */
export function conditionPages(): ReadonlyMap<string, keyof Pages> {
  return new Map<string, keyof Pages>([
    ...handshake.map((condition) => [condition, 'errors-handshake'] as const),
    ...refusal.map((condition) => [condition, 'errors-refusals'] as const),
    ...connection.map((condition) => [condition, 'errors-connection'] as const),
  ])
}

/** The address of the section that explains a condition, in the repository that `homepage` of package.json names. */
export function linkOf<Page extends keyof Pages>(page: Page, condition: Pages[Page]): string {
  return `https://github.com/hawser-ws/hawser/blob/main/docs/${page}.md#${condition}`
}
