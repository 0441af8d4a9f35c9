import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isExempt } from '../../src/client/no-proxy.ts'

const cases: [list: string, host: string, port: number, exempt: boolean][] = [
  ['*', 'anything', 1, true],
  ['', 'h', 80, false],
  ['example.com', 'example.com', 443, true],
  ['example.com', 'EXAMPLE.com.', 443, true],
  ['example.com', 'a.example.com', 443, true],
  ['.example.com', 'a.example.com', 443, true],
  ['*.example.com', 'a.example.com', 443, true],
  ['example.com', 'notexample.com', 443, false],
  ['example.com:8443', 'example.com', 443, false],
  ['example.com:8443', 'example.com', 8443, true],
  ['other, example.com', 'example.com', 443, true],
  ['other example.com', 'example.com', 443, true],
  ['127.0.0.1', '127.0.0.1', 80, true],
  ['127.0.0.1:81', '127.0.0.1', 80, false],
  ['0.0.1', '127.0.0.1', 80, false],
  ['10.0.0.0/8', '10.20.30.40', 80, true],
  ['10.0.0.0/8', '11.0.0.1', 80, false],
  ['10.0.0.0/33', '10.0.0.0', 80, false],
  ['0.0.0.0/0', '9.9.9.9', 80, true],
  ['::1', '::1', 80, true],
  ['0:0:0:0:0:0:0:1', '::1', 80, true],
  ['[::1]:80', '::1', 80, true],
  ['[::1]:81', '::1', 80, false],
  ['fd00::/8', 'fd12:3456::1', 80, true],
  ['fd00::/8', 'fe80::1', 80, false],
  ['::ffff:10.0.0.1', '::ffff:a00:1', 80, true],
  ['10.0.0.0/8', '::1', 80, false],
  ['10.0.0.0/8', 'ten.example', 80, false],
]

test('NO_PROXY exempts by name, suffix, port, address and range', () => {
  for (const [list, host, port, exempt] of cases) assert.equal(isExempt(list, host, port), exempt, `${list} / ${host}:${port}`)
})
