import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { SuiteReport } from '../../src/index.ts'
import { CommandProcess, runCommand } from './command-process.ts'
import { json, only, place } from './fixtures.ts'

const script = `const s = new (require('ws').WebSocket)(process.argv[1]); s.on('message', (d, b) => s.send(d, { binary: b })); s.on('error', () => {})`

test('starts the client once for each case, with the URL filled in', async () => {
  const each = `'${process.execPath}' -e "${script}" {url}`
  const { code, stdout } = await runCommand('client', '--each', each, ...only('framing/length/text-1', 'url/query'), '--agent', 'ws', '-j', '2')
  assert.match(stdout, /^ws: 2 cases in [\d.]+ s: 2 pass$/m)
  assert.equal(code, 0)
})

test('a client that crashes after its verdict ends with 1, and its last words are in the report', async () => {
  const crash = script.replace(
    "s.on('error'",
    "s.on('close', () => { console.error('out of luck'); process.kill(process.pid, 'SIGSEGV') }); s.on('error'",
  )
  const each = `'${process.execPath}' -e "${crash}" {url}`
  const { code, stdout } = await runCommand('client', '--each', each, ...only('closing/order/after-echo'), '--no-preflight')
  assert.match(stdout, /^fail {2}always\/client-process: the client was ended by SIGSEGV, and said: out of luck in closing\/order\/after-echo/m)
  assert.equal(code, 1)
})

test('an interrupt ends the clients that run, and the report is written', async () => {
  const stuck = "require('node:fs').writeFileSync(process.argv[2], String(process.pid)); setInterval(() => {}, 1000)"
  const each = `'${process.execPath}' -e "${stuck}" {url} ${place('stuck.pid')}`
  const files = ['--json', place('stuck.json')]
  const command = new CommandProcess(['client', '--each', each, ...only('framing/length/text-1'), '--no-preflight', ...files])
  while (!existsSync(place('stuck.pid')) || readFileSync(place('stuck.pid'), 'utf8') === '') await setTimeout(20)
  command.child.kill('SIGTERM')
  const { code, stdout } = await command.ended
  assert.match(stdout, /^interrupted {2}1 case was not run$/m)
  assert.equal(json<SuiteReport>(readFileSync(place('stuck.json'), 'utf8')).interrupted, true)
  assert.equal(code, 1)
  assert.throws(() => process.kill(Number(readFileSync(place('stuck.pid'), 'utf8')), 0), /ESRCH/)
})

test('a command that cannot be started ends with 3', async () => {
  const command = ['client', '--each', './no/such/client {url}', ...only('framing/length/text-1')]
  const { code, stderr } = await runCommand(...command)
  assert.match(stderr, /^preflight: the client did not connect; the command could not be started: spawn \.\/no\/such\/client ENOENT$/m)
  assert.equal(code, 3)
  const anyway = await runCommand(...command, '--no-preflight')
  assert.match(anyway.stdout, /no connection came/)
  assert.equal(anyway.code, 3)
})

test('a command that ends by itself, or does not echo, ends with 3 and its last words', async () => {
  const fails = await runCommand('client', '--each', `'${process.execPath}' -e "console.error('no module ws'); process.exit(7)" {url}`)
  assert.match(fails.stderr, /^preflight: the client did not connect; the command ended with exit code 7: no module ws$/m)
  assert.equal(fails.code, 3)
  const mute = `const s = new (require('ws').WebSocket)(process.argv[1]); s.on('message', () => {})`
  const says = await runCommand('client', '--each', `'${process.execPath}' -e "${mute}" {url}`, '--timeout', '300ms')
  assert.match(says.stderr, /^preflight: the client does not echo a text message: nothing instead of the echo$/m)
  assert.equal(says.code, 3)
})

test('--http2, in cleartext and with --tls-cert and --tls-key, runs those cases alone', async () => {
  const certificates = fileURLToPath(new URL('../../../hawser/test/certificates/', import.meta.url))
  const client = fileURLToPath(new URL('../peers/http2-echo.ts', import.meta.url))
  const each = (more: string): string => `'${process.execPath}' --import tsx ${client} {url} ${more}`
  const cases = ['--http2', '--start-timeout', '60s', ...only('http2/open', 'http2/framing/length/text-1', 'url/path')]
  const plain = await runCommand('client', '--each', each(''), ...cases, '--agent', 'plain')
  assert.match(plain.stdout, /^plain: 2 cases in [\d.]+ s: 2 pass$/m)
  const tls = ['--tls-cert', `${certificates}localhost.crt`, '--tls-key', `${certificates}localhost.key`]
  const secure = await runCommand('client', '--each', each(`${certificates}authority.crt`), ...cases, ...tls, '--agent', 'secure')
  assert.match(secure.stdout, /^secure: 2 cases in [\d.]+ s: 2 pass$/m)
})
