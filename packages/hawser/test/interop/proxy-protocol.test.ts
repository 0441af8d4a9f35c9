import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { missing, pathOf } from '../../../../scripts/optional.ts'
import { connect } from '../../src/index.ts'
import { authority, localhost } from '../certificates/index.ts'
import { serveFor } from '../peers/test-server.ts'

for (const version of ['send-proxy', 'send-proxy-v2'] as const) {
  for (const secure of [false, true]) {
    test(`HAProxy's ${version} gives the hook the address of the client${secure ? ', before TLS' : ''}`, {
      skip: missing('haproxy'),
      timeout: 30_000,
    }, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'hawser-haproxy-'))
      t.after(() => rmSync(folder, { recursive: true }))
      const server = await serveFor(t, {
        proxyProtocol: ['127.0.0.1'],
        ...(secure ? { tls: localhost } : {}),
        upgrade: ({ remoteAddress, transport }) => ({ context: `${remoteAddress} ${transport.remotePort === undefined ? 'no port' : 'port'}` }),
        open: (socket) => void socket.send(socket.context),
        message() {},
      })
      // HAProxy does not report which port it got, so a port that was free a moment ago has to do.
      const probe = await serveFor(t, {})
      const { port } = probe
      await probe.close()
      const file = join(folder, 'conf')
      writeFileSync(
        file,
        `defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n
listen site\n  bind 127.0.0.1:${port}\n  server one 127.0.0.1:${server.port} ${version}\n`,
      )
      const child = spawn(pathOf('haproxy') ?? 'haproxy', ['-W', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] })
      const ended = once(child, 'close')
      t.after(async () => {
        child.kill('SIGTERM')
        await ended
      })
      let output = ''
      for await (const chunk of child.stderr.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
        output += String(chunk)
        if (output.includes('Loading success')) break
      }
      assert.match(output, /Loading success/)
      child.stderr.resume()
      const socket = await connect(`${secure ? 'wss' : 'ws'}://127.0.0.1:${port}/`, {
        localAddress: '127.0.0.2',
        ...(secure ? { tls: { ca: authority, servername: 'localhost' } } : {}),
      })
      assert.equal(await socket.receive(), '127.0.0.2 port')
      await socket.close()
    })
  }
}
