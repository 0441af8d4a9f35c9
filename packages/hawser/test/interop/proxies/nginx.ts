import { remedies } from '../../../src/cli/doctor/remedies.ts'
import { idleArguments } from './case.ts'
import type { Places, ProxyCase, ProxyProgram } from './case.ts'

// docs/doctor.md says that these lines are run as printed.
const upgrade = remedies.upgrade.nginx.join(' ')
const host = remedies.host.nginx.join(' ')
const scheme = remedies.scheme.nginx.join(' ')

const server = (port: number, lines: string): string => `server { listen 127.0.0.1:${port}; ${lines} }`
const secured = ({ folder }: Places, port: number, lines: string, certificate = 'localhost'): string =>
  `server { listen 127.0.0.1:${port} ssl http2; ssl_certificate ${folder}/${certificate}.crt; ssl_certificate_key ${folder}/${certificate}.key; ${lines} }`
/** A location that forwards to `upstream` with these lines. */
const forward = (upstream: number, lines: string): string => `location / { proxy_pass http://127.0.0.1:${upstream}; ${lines} }`

const cases: readonly ProxyCase[] = [
  { wrong: 'nothing', configure: ({ echo }, port) => server(port, forward(echo, `${upgrade} ${host}`)), finding: undefined },
  { wrong: 'only `proxy_pass`', configure: ({ echo }, port) => server(port, forward(echo, host)), finding: 'http10-upstream' },
  {
    wrong: '`Upgrade` and `Connection` without `proxy_http_version 1.1`',
    configure: ({ echo }, port) => server(port, forward(echo, `${upgrade.replace('proxy_http_version 1.1;', '')} ${host}`)),
    finding: 'http10-upstream',
  },
  {
    wrong: '`proxy_http_version 1.1` without `Upgrade` and `Connection`',
    configure: ({ echo }, port) => server(port, forward(echo, `proxy_http_version 1.1; ${host}`)),
    finding: 'upgrade-lost',
  },
  {
    wrong: '`Upgrade` without `Connection`',
    configure: ({ echo }, port) => server(port, forward(echo, `proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; ${host}`)),
    finding: 'connection-lost',
  },
  {
    wrong: '`proxy_read_timeout 1s`',
    configure: ({ echo }, port) => server(port, forward(echo, `${upgrade} ${host} proxy_read_timeout 1s;`)),
    args: idleArguments,
    finding: 'idle-timeout',
  },
  {
    wrong: '`return 301 https://…`',
    configure: (_places, port) => server(port, 'return 301 https://$host$request_uri;'),
    finding: 'redirect-to-https',
  },
  {
    wrong: 'a redirect to a page for signing in',
    configure: (_places, port) => server(port, 'location / { return 302 /login; }'),
    finding: 'redirect',
  },
  {
    wrong: '`location` for another path',
    configure: ({ echo }, port) => server(port, `root /nowhere; location /ws { proxy_pass http://127.0.0.1:${echo}; ${upgrade} ${host} }`),
    finding: 'not-found',
  },
  {
    wrong: 'the path serves the page of an application',
    configure: (_places, port) =>
      server(port, `location / { default_type text/html; return 200 '<!doctype html><title>Chat</title><div id="app"></div>'; }`),
    finding: 'ordinary-page',
  },
  { wrong: 'no `proxy_set_header Host`', configure: ({ echo }, port) => server(port, forward(echo, upgrade)), finding: 'origin-refused' },
  {
    wrong: 'nothing listens behind it',
    configure: ({ closed }, port) => server(port, forward(closed, `${upgrade} ${host}`)),
    finding: 'upstream-unreachable',
  },
  {
    wrong: 'the server behind it is stuck',
    configure: ({ silent }, port) => server(port, forward(silent, `${upgrade} ${host} proxy_read_timeout 1s;`)),
    finding: 'upstream-timeout',
  },
  {
    wrong: '`proxy_pass http:` to a server with TLS',
    configure: ({ secure }, port) => server(port, forward(secure, `${upgrade} ${host}`)),
    finding: 'upstream-unreachable',
  },
  { wrong: '`deny all`', configure: ({ echo }, port) => server(port, `deny all; ${forward(echo, `${upgrade} ${host}`)}`), finding: 'access-denied' },
  {
    wrong: '`auth_basic`',
    configure: ({ echo, folder }, port) =>
      server(port, `auth_basic "staff"; auth_basic_user_file ${folder}/users; ${forward(echo, `${upgrade} ${host}`)}`),
    finding: 'credentials',
  },
  { wrong: '`return 503` for maintenance', configure: (_places, port) => server(port, 'location / { return 503; }'), finding: 'box-unavailable' },
  {
    wrong: '`large_client_header_buffers 4 1k`, and a cookie of 2000 bytes',
    configure: ({ echo }, port) =>
      server(port, `client_header_buffer_size 1k; large_client_header_buffers 4 1k; ${forward(echo, `${upgrade} ${host}`)}`),
    args: ['--header', `Cookie: session=${'x'.repeat(2000)}`],
    finding: 'fields-too-large',
  },
  {
    wrong: '`proxy_hide_header Sec-WebSocket-Accept`',
    configure: ({ echo }, port) => server(port, forward(echo, `${upgrade} ${host} proxy_hide_header Sec-WebSocket-Accept;`)),
    finding: 'wrong-accept',
  },
  {
    wrong: '`Sec-WebSocket-Protocol` is dropped',
    configure: ({ echo }, port) => server(port, forward(echo, `${upgrade} ${host} proxy_set_header Sec-WebSocket-Protocol "";`)),
    args: ['--subprotocol', 'chat'],
    finding: 'subprotocol-ignored',
  },
  {
    wrong: 'nothing: `client_max_body_size 1k` and `proxy_buffering on` do not concern a WebSocket',
    configure: ({ echo }, port) =>
      server(port, `client_max_body_size 1k; ${forward(echo, `${upgrade} ${host} proxy_buffering on; proxy_request_buffering on;`)}`),
    finding: undefined,
  },
  {
    wrong: 'nothing: without `Sec-WebSocket-Extensions` there is no compression',
    configure: ({ echo }, port) => server(port, forward(echo, `${upgrade} ${host} proxy_set_header Sec-WebSocket-Extensions "";`)),
    finding: undefined,
  },
  {
    wrong: '`Sec-WebSocket-Key` is replaced',
    configure: ({ echo }, port) => server(port, forward(echo, `${upgrade} ${host} proxy_set_header Sec-WebSocket-Key "dGhlIHNhbXBsZSBub25jZQ==";`)),
    finding: 'wrong-accept',
  },
  {
    wrong: '`return 403` for every Origin',
    configure: ({ echo }, port) => server(port, `if ($http_origin) { return 403; } ${forward(echo, `${upgrade} ${host}`)}`),
    finding: 'origin-refused',
  },
  { wrong: '`return 400`', configure: (_places, port) => server(port, 'location / { return 400; }'), finding: 'bad-request' },
  {
    wrong: 'the server behind it answers 101 and closes',
    configure: ({ closing }, port) => server(port, forward(closing, `${upgrade} ${host}`)),
    finding: 'closes-after-101',
  },
  {
    wrong: '`ssl_verify_client on`',
    scheme: 'wss',
    configure: (places, port) =>
      secured(
        places,
        port,
        `ssl_verify_client on; ssl_client_certificate ${places.folder}/authority.crt; ${forward(places.trusting, `${upgrade} ${host} ${scheme}`)}`,
      ),
    finding: 'client-certificate',
  },
  {
    wrong: 'nothing, with TLS and HTTP/2',
    scheme: 'wss',
    configure: (places, port) => secured(places, port, forward(places.trusting, `${upgrade} ${host} ${scheme}`)),
    overHttp2: false,
    finding: undefined,
  },
  {
    wrong: 'TLS without `X-Forwarded-Proto`',
    scheme: 'wss',
    configure: (places, port) => secured(places, port, forward(places.trusting, `${upgrade} ${host}`)),
    finding: 'origin-scheme',
  },
  {
    wrong: 'ws to a port with TLS',
    configure: (places, port) => secured(places, port, forward(places.trusting, `${upgrade} ${host} ${scheme}`)),
    finding: 'plain-to-tls',
  },
  {
    wrong: 'wss to a port without TLS',
    scheme: 'wss',
    configure: ({ echo }, port) => server(port, forward(echo, `${upgrade} ${host}`)),
    finding: 'tls-not-spoken',
  },
  ...(['expired', 'elsewhere', 'selfsigned'] as const).map(
    (certificate): ProxyCase => ({
      wrong: { expired: 'an expired certificate', elsewhere: 'the certificate of another host', selfsigned: 'a self-signed certificate' }[
        certificate
      ],
      scheme: 'wss',
      configure: (places, port) => secured(places, port, forward(places.trusting, `${upgrade} ${host} ${scheme}`), certificate),
      finding: { expired: 'certificate-expired', elsewhere: 'certificate-wrong-host', selfsigned: 'certificate-self-signed' }[certificate],
    }),
  ),
]

export const nginx: ProxyProgram = {
  program: 'nginx',
  name: 'nginx',
  cases,
  configure: (servers, { folder }) =>
    `pid ${folder}/nginx.pid;\nworker_processes 1;\nevents {}\nhttp {\naccess_log off;\n${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((name) => `${name}_temp_path ${folder}/${name};\n`)
      .join('')}${servers.join('\n')}\n}\n`,
  args: (file, folder) => ['-p', folder, '-c', file, '-e', 'stderr', '-g', 'daemon off; error_log stderr notice;'],
  ready: /start worker process /,
}
