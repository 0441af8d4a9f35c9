import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from '../../src/cli/usage-error.ts'
import { commandWords, startCommand } from '../../src/cli/start-command.ts'

test('splits the command of --each at spaces outside quotation marks', () => {
  assert.deepEqual(commandWords('node  echo.js {url}'), ['node', 'echo.js', '{url}'])
  assert.deepEqual(commandWords(`'/a b/node' -e "x('{url}')" ''`), ['/a b/node', '-e', "x('{url}')", ''])
  assert.deepEqual(commandWords(`./client --url="{url}"`), ['./client', '--url={url}'])
})

test('refuses a quotation without end and a command without {url}', () => {
  for (const open of [`node '{url}`, `node "{url}`, `node {url} it's`])
    assert.throws(
      () => commandWords(open),
      (error) => error instanceof UsageError && /a quotation does not end/.test(error.message),
      open,
    )
  assert.throws(() => commandWords('node echo.js'), /the command needs \{url\}/)
})

test('tells how the command ended: its exit code, the signal, and the end of its standard error', async () => {
  const exitOf = (script: string): ReturnType<ReturnType<typeof startCommand>> =>
    startCommand([process.execPath, '-e', script, '{url}'])('ws://127.0.0.1:1/', new AbortController().signal)
  assert.deepEqual(await exitOf("console.error('no'); process.exitCode = 3"), { code: 3, signal: undefined, stderr: 'no\n' })
  assert.equal((await exitOf("process.kill(process.pid, 'SIGABRT')")).signal, 'SIGABRT')
  const missing = await startCommand(['./no/such/client', '{url}'])('ws://127.0.0.1:1/', new AbortController().signal)
  assert.match(missing.stderr, /^could not be started: spawn .* ENOENT$/)
})

test('a command that the suite ends has neither exit code nor signal of its own', async () => {
  const abort = new AbortController()
  const ended = startCommand([process.execPath, '-e', 'setInterval(() => {}, 1000)', '{url}'])('ws://127.0.0.1:1/', abort.signal)
  abort.abort()
  assert.deepEqual(await ended, { code: undefined, signal: undefined, stderr: '' })
})
