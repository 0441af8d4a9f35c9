import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serve } from '../../src/index.ts'
import { runCli } from './cli-process.ts'

test('-v shows both heads of the handshake without credentials, and control frames of both directions with what they carry', async () => {
  await using server = await serve({
    port: 0,
    message(socket, message) {
      if (message === 'ping me') void socket.ping(Buffer.from('are you there')).then(() => socket.close(4000, 'thanks'))
    },
  })
  const { code, stdout, stderr } = await runCli(['connect', '-v', '--stay', '--bearer', 'secret', '-m', 'ping me', server.url])
  assert.equal(stdout, '')
  assert.equal(code, 8)
  assert.match(stderr, /^> GET \/ HTTP\/1\.1$/m)
  assert.match(stderr, /^> Sec-WebSocket-Version: 13$/m)
  assert.match(stderr, /^< HTTP\/1\.1 101 Switching Protocols$/m)
  assert.match(stderr, /^< Ping "are you there"\n> Pong "are you there"\n< Close 4000 "thanks"\n> Close 4000( "thanks")?$/m)
  assert.doesNotMatch(stderr, /secret/)
})

test('without -v nothing of it is shown', async () => {
  await using server = await serve({ port: 0, message() {} })
  assert.deepEqual(await runCli(['connect', server.url], 'hi\n'), { code: 0, stdout: '', stderr: '' })
})
