import { remedies } from '../../../src/cli/doctor/remedies.ts'
import { idleArguments } from './case.ts'
import type { Places, ProxyCase, ProxyProgram } from './case.ts'

const upgrade = remedies.upgrade.apache.filter((line) => !line.startsWith('#')).join('\n')
const host = remedies.host.apache.join('\n')
const scheme = remedies.scheme.apache.join('\n')

const server = (port: number, lines: string): string => `Listen 127.0.0.1:${port}\n<VirtualHost 127.0.0.1:${port}>\n${lines}\n</VirtualHost>`
const secured = ({ folder }: Places, port: number, lines: string, certificate = 'localhost'): string =>
  server(port, `SSLEngine on\nSSLCertificateFile ${folder}/${certificate}.crt\nSSLCertificateKeyFile ${folder}/${certificate}.key\n${lines}`)
/** The lines of the remedy with this server behind. */
const forward = (upstream: number, line = upgrade): string => line.replace('127.0.0.1:8080', `127.0.0.1:${upstream}`)
const withoutUpgrade = upgrade.replace(' upgrade=websocket', '')

const cases: readonly ProxyCase[] = [
  { wrong: 'nothing', configure: ({ echo }, port) => server(port, `${host}\n${forward(echo)}`), finding: undefined },
  {
    wrong: '`ProxyPass` without `upgrade=websocket`',
    configure: ({ echo }, port) => server(port, `${host}\n${forward(echo, withoutUpgrade)}`),
    finding: 'upgrade-lost',
  },
  {
    wrong: '`RequestHeader unset Upgrade`',
    configure: ({ echo }, port) => server(port, `${host}\nRequestHeader unset Upgrade early\n${forward(echo)}`),
    finding: 'upgrade-lost',
  },
  {
    wrong: '`SetEnv force-proxy-request-1.0`',
    configure: ({ echo }, port) => server(port, `${host}\nSetEnv force-proxy-request-1.0 1\n${forward(echo, withoutUpgrade)}`),
    finding: 'http10-upstream',
  },
  {
    wrong: '`Timeout 1` and `ProxyTimeout 1`',
    configure: ({ echo }, port) => server(port, `${host}\nTimeout 1\nProxyTimeout 1\n${forward(echo)}`),
    args: idleArguments,
    finding: 'idle-timeout',
  },
  {
    wrong: '`Redirect` to https',
    configure: (_places, port) => server(port, `Redirect permanent "/" "https://127.0.0.1:${port}/"`),
    finding: 'redirect-to-https',
  },
  {
    wrong: '`ProxyPass` for another path',
    configure: ({ echo }, port) => server(port, `${host}\n${forward(echo, upgrade.replace('"/"', '"/ws"'))}`),
    finding: 'not-found',
  },
  { wrong: 'no `ProxyPreserveHost On`', configure: ({ echo }, port) => server(port, forward(echo)), finding: 'origin-refused' },
  {
    wrong: 'nothing listens behind it',
    configure: ({ closed }, port) => server(port, `${host}\n${forward(closed)}`),
    finding: 'upstream-unreachable',
  },
  {
    wrong: 'the server behind it is stuck',
    configure: ({ silent }, port) => server(port, `${host}\nProxyTimeout 1\n${forward(silent)}`),
    finding: 'upstream-timeout',
  },
  {
    wrong: '`http:` to a server with TLS',
    configure: ({ secure }, port) => server(port, `${host}\n${forward(secure)}`),
    finding: 'upstream-unreachable',
  },
  {
    wrong: '`Require all denied`',
    configure: ({ echo }, port) => server(port, `${host}\n<Location "/">\nRequire all denied\n</Location>\n${forward(echo)}`),
    finding: 'access-denied',
  },
  {
    wrong: '`https:` in `ProxyPass` without `SSLProxyEngine on`',
    configure: ({ secure }, port) => server(port, `${host}\n${forward(secure).replace('http:', 'https:')}`),
    finding: 'server-error',
  },
  {
    wrong: 'nothing: `ws:` in `ProxyPass` stands for `http:` with `upgrade`',
    configure: ({ echo }, port) => server(port, `${host}\nProxyPass "/" "ws://127.0.0.1:${echo}/"`),
    finding: undefined,
  },
  {
    wrong: '`LimitRequestFieldSize 1000`, and a cookie of 2000 bytes',
    configure: ({ echo }, port) => server(port, `LimitRequestFieldSize 1000\n${host}\n${forward(echo)}`),
    args: ['--header', `Cookie: session=${'x'.repeat(2000)}`],
    finding: 'fields-too-large',
  },
  {
    wrong: 'nothing, with TLS and HTTP/2',
    scheme: 'wss',
    configure: (places, port) => secured(places, port, `Protocols h2 http/1.1\n${host}\n${scheme}\n${forward(places.trusting)}`),
    overHttp2: false,
    finding: undefined,
  },
  {
    wrong: 'TLS without `X-Forwarded-Proto`',
    scheme: 'wss',
    configure: (places, port) => secured(places, port, `Protocols h2 http/1.1\n${host}\n${forward(places.trusting)}`),
    finding: 'origin-scheme',
  },
  {
    wrong: 'ws to a port with TLS',
    configure: (places, port) => secured(places, port, `${host}\n${scheme}\n${forward(places.trusting)}`),
    finding: 'plain-to-tls',
  },
  {
    wrong: 'an expired certificate',
    scheme: 'wss',
    configure: (places, port) => secured(places, port, `${host}\n${scheme}\n${forward(places.trusting)}`, 'expired'),
    finding: 'certificate-expired',
  },
  {
    wrong: '`RequestHeader unset Sec-WebSocket-Protocol`',
    configure: ({ echo }, port) => server(port, `${host}\nRequestHeader unset Sec-WebSocket-Protocol early\n${forward(echo)}`),
    args: ['--subprotocol', 'chat'],
    finding: 'subprotocol-ignored',
  },
  {
    wrong: 'wss to a port without TLS',
    scheme: 'wss',
    configure: ({ echo }, port) => server(port, `${host}\n${forward(echo)}`),
    finding: 'tls-not-spoken',
  },
  {
    wrong: 'the server behind it answers 101 and closes',
    configure: ({ closing }, port) => server(port, `${host}\n${forward(closing)}`),
    finding: 'closes-after-101',
  },
  {
    wrong: '`SSLVerifyClient require`',
    scheme: 'wss',
    configure: (places, port) =>
      secured(
        places,
        port,
        `SSLVerifyClient require\nSSLCACertificateFile ${places.folder}/authority.crt\n${host}\n${scheme}\n${forward(places.trusting)}`,
      ),
    finding: 'tls-client-certificate',
  },
  {
    wrong: '`SSLVerifyClient require`, and TLS 1.2 only',
    scheme: 'wss',
    configure: (places, port) =>
      secured(
        places,
        port,
        `SSLProtocol TLSv1.2\nSSLVerifyClient require\nSSLCACertificateFile ${places.folder}/authority.crt\n${host}\n${scheme}\n${forward(places.trusting)}`,
      ),
    finding: 'tls-client-certificate',
  },
  ...(['elsewhere', 'selfsigned'] as const).map(
    (certificate): ProxyCase => ({
      wrong: { elsewhere: 'the certificate of another host', selfsigned: 'a self-signed certificate' }[certificate],
      scheme: 'wss',
      configure: (places, port) => secured(places, port, `${host}\n${scheme}\n${forward(places.trusting)}`, certificate),
      finding: { elsewhere: 'certificate-wrong-host', selfsigned: 'certificate-self-signed' }[certificate],
    }),
  ),
]

const modules = ['mpm_event', 'authz_core', 'authz_host', 'ssl', 'headers', 'alias', 'env', 'proxy', 'proxy_http', 'http2', 'socache_shmcb']

export const apache: ProxyProgram = {
  program: 'apache2',
  name: 'Apache httpd',
  cases,
  configure: (servers, { folder }) =>
    `ServerRoot ${folder}\nPidFile ${folder}/apache.pid\nServerName localhost\nErrorLog /dev/stderr\nDocumentRoot ${folder}/empty\n` +
    `${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so\n`).join('')}${servers.join('\n')}\n`,
  args: (file) => ['-D', 'FOREGROUND', '-f', file],
  ready: /resuming normal operations/,
}
