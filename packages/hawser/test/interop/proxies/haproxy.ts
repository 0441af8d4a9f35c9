import { idleArguments } from './case.ts'
import type { Places, ProxyCase, ProxyProgram } from './case.ts'

const proxy = (port: number, lines: string): string => `listen p${port}\n  bind 127.0.0.1:${port}\n  ${lines}`
const secured = ({ folder }: Places, port: number, alpn: string, lines: string, certificate = 'localhost'): string =>
  `listen p${port}\n  bind 127.0.0.1:${port} ssl crt ${folder}/${certificate}.pem alpn ${alpn}\n  http-request set-header X-Forwarded-Proto https if { ssl_fc }\n  ${lines}`
const to = (port: number): string => `server one 127.0.0.1:${port}`

const cases: readonly ProxyCase[] = [
  { wrong: 'nothing', configure: ({ echo }, port) => proxy(port, to(echo)), finding: undefined },
  {
    wrong: '`http-request del-header Upgrade`',
    configure: ({ echo }, port) => proxy(port, `http-request del-header Upgrade\n  ${to(echo)}`),
    finding: 'upgrade-lost',
  },
  {
    wrong: '`timeout tunnel 1s`',
    configure: ({ echo }, port) => proxy(port, `timeout tunnel 1s\n  ${to(echo)}`),
    args: idleArguments,
    finding: 'idle-timeout',
  },
  {
    wrong: '`timeout client 1s` and `timeout server 1s` without `timeout tunnel`',
    configure: ({ echo }, port) => proxy(port, `timeout client 1s\n  timeout server 1s\n  ${to(echo)}`),
    args: idleArguments,
    finding: 'idle-timeout',
  },
  {
    wrong: '`redirect scheme https`',
    configure: ({ echo }, port) => proxy(port, `http-request redirect scheme https\n  ${to(echo)}`),
    finding: 'redirect-to-https',
  },
  {
    wrong: 'no backend for the path',
    configure: ({ echo }, port) =>
      `frontend p${port}\n  bind 127.0.0.1:${port}\n  use_backend b${port} if { path_beg /ws }\nbackend b${port}\n  ${to(echo)}`,
    finding: 'upstream-unreachable',
  },
  {
    wrong: '`http-request set-header Host`',
    configure: ({ echo }, port) => proxy(port, `http-request set-header Host 127.0.0.1:${echo}\n  ${to(echo)}`),
    finding: 'origin-refused',
  },
  { wrong: 'nothing listens behind it', configure: ({ closed }, port) => proxy(port, to(closed)), finding: 'upstream-unreachable' },
  {
    wrong: 'the server behind it is stuck',
    configure: ({ silent }, port) => proxy(port, `timeout server 1s\n  ${to(silent)}`),
    finding: 'upstream-timeout',
  },
  { wrong: 'HTTP to a server with TLS', configure: ({ secure }, port) => proxy(port, to(secure)), finding: 'upstream-unreachable' },
  {
    wrong: '`proto h2` to a server of HTTP/1.1',
    configure: ({ echo }, port) => proxy(port, `${to(echo)} proto h2`),
    finding: 'upstream-unreachable',
  },
  { wrong: '`http-request deny`', configure: ({ echo }, port) => proxy(port, `http-request deny\n  ${to(echo)}`), finding: 'access-denied' },
  {
    wrong: '`http-request auth`',
    configure: ({ echo }, port) => proxy(port, `http-request auth realm staff\n  ${to(echo)}`),
    finding: 'credentials',
  },
  {
    wrong: '`http-request return` with a page',
    configure: (_places, port) => proxy(port, `http-request return status 200 content-type text/html string "<!doctype html><title>Chat</title>"`),
    finding: 'ordinary-page',
  },
  {
    wrong: 'nothing: `option http-buffer-request` does not concern a WebSocket',
    configure: ({ echo }, port) => proxy(port, `option http-buffer-request\n  ${to(echo)}`),
    finding: undefined,
  },
  {
    wrong: 'nothing, with TLS and HTTP/2',
    scheme: 'wss',
    configure: (places, port) => secured(places, port, 'h2,http/1.1', to(places.trusting)),
    overHttp2: true,
    finding: undefined,
  },
  {
    wrong: 'TLS and HTTP/2, and `http-request deny` for Extended CONNECT',
    scheme: 'wss',
    configure: (places, port) => secured(places, port, 'h2,http/1.1', `http-request deny if { fc_http_major 2 }\n  ${to(places.trusting)}`),
    finding: 'http2-broken',
  },
  {
    wrong: 'an expired certificate',
    scheme: 'wss',
    configure: (places, port) => secured(places, port, 'h2,http/1.1', to(places.trusting), 'expired'),
    finding: 'certificate-expired',
  },
  {
    wrong: 'ws to a port with TLS',
    configure: (places, port) => secured(places, port, 'h2,http/1.1', to(places.trusting)),
    finding: 'plain-to-tls',
  },
  {
    wrong: '`http-request del-header Sec-WebSocket-Protocol`',
    configure: ({ echo }, port) => proxy(port, `http-request del-header Sec-WebSocket-Protocol\n  ${to(echo)}`),
    args: ['--subprotocol', 'chat'],
    finding: 'subprotocol-ignored',
  },
  {
    wrong: '`http-response set-header Sec-WebSocket-Accept`',
    configure: ({ echo }, port) => proxy(port, `http-response set-header Sec-WebSocket-Accept s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\n  ${to(echo)}`),
    finding: 'wrong-accept',
  },
  {
    wrong: '`http-request return status 400`',
    configure: ({ echo }, port) => proxy(port, `http-request return status 400\n  ${to(echo)}`),
    finding: 'bad-request',
  },
  {
    wrong: '`http-request deny` for an Origin',
    configure: ({ echo }, port) => proxy(port, `http-request deny if { req.hdr(origin) -m found }\n  ${to(echo)}`),
    finding: 'origin-refused',
  },
  { wrong: 'the server behind it answers 101 and closes', configure: ({ closing }, port) => proxy(port, to(closing)), finding: 'closes-after-101' },
  {
    wrong: 'wss to a port without TLS',
    scheme: 'wss',
    configure: ({ echo }, port) => proxy(port, to(echo)),
    finding: 'tls-not-spoken',
  },
  {
    wrong: '`verify required`',
    scheme: 'wss',
    configure: (places, port) =>
      secured(places, port, 'h2,http/1.1', to(places.trusting)).replace(' alpn', ` ca-file ${places.folder}/authority.crt verify required alpn`),
    finding: 'tls-client-certificate',
  },
  ...(['elsewhere', 'selfsigned'] as const).map(
    (certificate): ProxyCase => ({
      wrong: { elsewhere: 'the certificate of another host', selfsigned: 'a self-signed certificate' }[certificate],
      scheme: 'wss',
      configure: (places, port) => secured(places, port, 'h2,http/1.1', to(places.trusting), certificate),
      finding: { elsewhere: 'certificate-wrong-host', selfsigned: 'certificate-self-signed' }[certificate],
    }),
  ),
]

export const haproxy: ProxyProgram = {
  program: 'haproxy',
  name: 'HAProxy',
  cases,
  configure: (servers) =>
    `global\n  nbthread 1\ndefaults\n  mode http\n  timeout connect 2s\n  timeout client 30s\n  timeout server 30s\n  timeout http-request 5s\n${servers.join('\n')}\n`,
  args: (file) => ['-W', '-f', file],
  ready: /Loading success/,
}
