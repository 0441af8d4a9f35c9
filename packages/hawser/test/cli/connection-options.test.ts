import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { clientOptions } from '../../src/cli/connection-options.ts'
import { readConnectSettings } from '../../src/cli/connect-options.ts'
import { client } from '../certificates/index.ts'

const optionsOf = (...args: string[]) => clientOptions(readConnectSettings([...args, 'ws://h/']), new AbortController().signal)

test('leaves to the library what was not given', () => {
  const options = optionsOf()
  for (const name of ['proxy', 'authority', 'origin', 'keepalive', 'socketPath']) assert.ok(!(name in options), name)
  assert.deepEqual(options.limits, {})
  assert.deepEqual(options.tls, {})
})

test('hands on what was given', () => {
  const options = optionsOf(
    '--proxy',
    'env',
    '-H',
    'Host: b.example',
    '-o',
    'https://a.example',
    '--ping-interval',
    '0',
    '--unix',
    '/s',
    '--max-message',
    '64k',
    '--timeout',
    '2s',
    '-k',
  )
  const { proxy, authority, origin, keepalive, socketPath, limits, tls } = options
  assert.deepEqual(
    { proxy, authority, origin, keepalive, socketPath, limits, tls },
    {
      proxy: 'env',
      authority: 'b.example',
      origin: 'https://a.example',
      keepalive: false,
      socketPath: '/s',
      limits: { message: 65_536, handshakeMs: 2000 },
      tls: { rejectUnauthorized: false },
    },
  )
})

test('--passphrase opens an encrypted key, and a wrong one is refused without being shown', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-passphrase-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [cert, key, words] = [join(folder, 'cert.pem'), join(folder, 'key.pem'), join(folder, 'words')]
  writeFileSync(cert, client.cert)
  writeFileSync(key, createPrivateKey(client.key).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' }))
  writeFileSync(words, 'open sesame\n')
  for (const passphrase of ['open sesame', `@${words}`])
    assert.equal((optionsOf('--cert', cert, '--key', key, '--passphrase', passphrase).tls as { passphrase: string }).passphrase, 'open sesame')
  assert.throws(() => optionsOf('--cert', cert, '--key', key), /option --passphrase: expected the passphrase of --key/)
  assert.throws(
    () => optionsOf('--cert', cert, '--key', key, '--passphrase', 'wr0ng'),
    (error) => /option --passphrase: expected the passphrase of --key/.test(String(error)) && !String(error).includes('wr0ng'),
  )
  assert.throws(() => optionsOf('--passphrase', 'x'), /--passphrase needs --key/)
})
