/** The reply codes of RFC 1928 section 6 other than 0. */
export interface Reply {
  /** The words of the RFC. */
  readonly text: string
  /** The likely cause, on one line. `where` is the `host:port` that the proxy was asked for. */
  hint(where: string): string
  /** Another address of the same host may succeed. */
  readonly isOfAddress: boolean
}

const replies: ReadonlyMap<number, Reply> = new Map<number, Reply>([
  [1, { text: 'general SOCKS server failure', hint: (where) => `the proxy failed, or could not resolve or reach ${where}`, isOfAddress: false }],
  [
    2,
    {
      text: 'connection not allowed by ruleset',
      hint: (where) => `the proxy’s rules do not allow this client to reach ${where}`,
      isOfAddress: false,
    },
  ],
  [3, { text: 'network unreachable', hint: (where) => `the proxy has no route to the network of ${where}`, isOfAddress: true }],
  [
    4,
    {
      text: 'host unreachable',
      hint: (where) => `the proxy could not reach ${where}: does the host exist, and can the proxy resolve it?`,
      isOfAddress: true,
    },
  ],
  [
    5,
    {
      text: 'connection refused',
      hint: (where) => `nothing is listening at ${where}, as the proxy sees it: is the server running, and is the port correct?`,
      isOfAddress: true,
    },
  ],
  [6, { text: 'TTL expired', hint: (where) => `packets from the proxy to ${where} go in circles, or the proxy gave up waiting`, isOfAddress: true }],
  [
    7,
    { text: 'command not supported', hint: () => 'the proxy does not support the command CONNECT, so it cannot carry WebSocket', isOfAddress: false },
  ],
  [
    8,
    {
      text: 'address type not supported',
      hint: (where) => `the proxy does not support this type of address for ${where}: socks5h sends it names, socks5 IP addresses`,
      isOfAddress: true,
    },
  ],
])

const unassigned: Reply = {
  text: 'unassigned',
  hint: () => 'RFC 1928 does not define this reply code; the log of the proxy may explain it',
  isOfAddress: false,
}

export function replyOf(code: number): Reply {
  return replies.get(code) ?? unassigned
}
