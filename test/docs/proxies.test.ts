/** The configurations of proxies in the guide, run as they are written there but for ports and the paths of the certificate. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { connect, HandshakeError, serve } from '../../packages/hawser/src/index.ts'
import { authority, localhost } from '../../packages/hawser/test/certificates/index.ts'
import { missing, pathOf } from '../../scripts/optional.ts'
import type { OptionalProgram } from '../../scripts/optional.ts'
import { read } from '../../scripts/sources.ts'

interface Proxy {
  readonly program: OptionalProgram
  /** The language of the block in the guide. */
  readonly language: string
  /** The whole configuration, around the block of the guide. */
  configure(block: string, port: number, folder: string): string
  args(file: string, folder: string): readonly string[]
  /** Printed when the proxy listens. */
  readonly ready: RegExp
}

const apacheModules = ['mpm_event', 'authz_core', 'ssl', 'headers', 'proxy', 'proxy_http']

const proxies: readonly Proxy[] = [
  {
    program: 'nginx',
    language: 'nginx',
    configure: (block, port, folder) =>
      `pid ${folder}/pid;\nevents {}\nhttp {\naccess_log off;\n${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((name) => `${name}_temp_path ${folder}/${name};\n`)
        .join('')}${replace(block, 'listen 443', `listen 127.0.0.1:${port}`)}}\n`,
    args: (file, folder) => ['-p', folder, '-c', file, '-e', 'stderr', '-g', 'daemon off; error_log stderr notice;'],
    ready: /start worker process /,
  },
  {
    program: 'apache2',
    language: 'apache',
    configure: (block, port, folder) =>
      `ServerRoot ${folder}\nPidFile ${folder}/pid\nServerName localhost\nErrorLog /dev/stderr\nListen 127.0.0.1:${port}\n` +
      apacheModules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so\n`).join('') +
      replace(block, '*:443', `127.0.0.1:${port}`),
    args: (file) => ['-D', 'FOREGROUND', '-f', file],
    ready: /resuming normal operations/,
  },
  {
    program: 'haproxy',
    language: 'haproxy',
    configure: (block, port) => replace(block, 'bind :443', `bind 127.0.0.1:${port}`),
    args: (file) => ['-W', '-f', file],
    ready: /Loading success/,
  },
]

function replace(text: string, from: string, to: string): string {
  assert.ok(text.includes(from), `the guide has no "${from}" in:\n${text}`)
  return text.replaceAll(from, to)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

/** Runs the proxy in front of `backend` until the test ends; resolves with its port. */
async function start(t: TestContext, proxy: Proxy, backend: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-proxy-'))
  const port = await freePort()
  const [, block = ''] = new RegExp(`^\`\`\`${proxy.language}\n([^]*?)^\`\`\`$`, 'm').exec(read('docs/guide.md')) ?? []
  const suffixes = { crt: localhost.cert, key: localhost.key, pem: localhost.cert + localhost.key }
  for (const [suffix, content] of Object.entries(suffixes)) writeFileSync(join(folder, `app.example.${suffix}`), content)
  const file = join(folder, 'conf')
  const here = replace(replace(block, '127.0.0.1:8080', `127.0.0.1:${backend}`), '/etc/ssl/', `${folder}/`)
  writeFileSync(file, proxy.configure(here, port, folder))

  // Apache opens /dev/stderr by name, which works for a pipe of the shell and not for the socket that Node gives a child.
  const command = [pathOf(proxy.program) ?? proxy.program, ...proxy.args(file, folder)]
  const child = spawn('sh', ['-c', '"$@" 2>&1 | cat', 'sh', ...command], { stdio: ['ignore', 'pipe', 'ignore'], detached: true })
  const ended = once(child, 'close')
  t.after(async () => {
    if ((child.exitCode ?? child.signalCode) === null) process.kill(-(child.pid ?? 0), 'SIGTERM')
    await ended
    rmSync(folder, { recursive: true })
  })
  let output = ''
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => reject(new Error(`${proxy.program} ended:\n${output}`)))
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (proxy.ready.test(output)) resolve()
    })
  })
  return port
}

for (const proxy of proxies) {
  test(`the ${proxy.program} configuration of the guide passes on messages, the origin's scheme and the client's address`, {
    skip: missing(proxy.program),
    timeout: 30_000,
  }, async (t) => {
    const server = await serve({
      hosts: ['app.example'],
      trustProxy: ['127.0.0.1'],
      paths: ['/chat'],
      upgrade: ({ remoteAddress, url }) => ({ context: `${remoteAddress} ${url.href}` }),
      open: (socket) => socket.send(socket.context),
      message: (socket, data) => socket.send(data),
    })
    try {
      const port = await start(t, proxy, server.port)
      const options = {
        tls: { ca: authority, servername: 'localhost' },
        authority: 'app.example',
        // Another address than the proxy's own, which is trusted.
        localAddress: '127.0.0.2',
      }
      const url = `wss://127.0.0.1:${port}/chat`

      const forged = {
        Forwarded: 'for=192.0.2.6;proto=http',
        'X-Forwarded-For': '192.0.2.6',
        'X-Forwarded-Proto': 'http',
        'X-Forwarded-Host': 'evil.example',
      }
      const socket = await connect(url, { ...options, origin: 'https://app.example', headers: forged })
      assert.equal(await socket.receive(), '127.0.0.2 wss://app.example/chat')
      socket.send('hello')
      assert.equal(await socket.receive(), 'hello')
      await socket.close()

      const refusal = await connect(url, { ...options, origin: 'https://evil.example' }).catch((error: unknown) => error)
      assert.ok(refusal instanceof HandshakeError)
      assert.equal(refusal.status, 403)
    } finally {
      await server.close()
    }
  })
}
