import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readConnectSettings } from '../../src/cli/connect-options.ts'

function authorization(...args: string[]): string | undefined {
  return readConnectSettings([...args, 'ws://h/']).headers.find(([name]) => name === 'Authorization')?.[1]
}

test('--user sends Basic credentials in UTF-8 [RFC 7617 §2.1]', () => {
  assert.equal(authorization('--user', 'Aladdin:open sesame'), 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==')
  assert.equal(authorization('-u', 'test:123£'), 'Basic dGVzdDoxMjPCow==')
  assert.equal(authorization('-u', 'name:'), 'Basic bmFtZTo=')
  assert.throws(() => authorization('-u', 'name'), /--user: expected NAME:PASSWORD/)
  assert.throws(() => authorization('-u', 'a:b\n'), /--user: expected NAME:PASSWORD/)
})

test('--bearer sends a token [RFC 6750 §2.1]', () => {
  assert.equal(authorization('--bearer', 'mF_9.B5f-4.1JqM=='), 'Bearer mF_9.B5f-4.1JqM==')
  assert.throws(() => authorization('--bearer', 'two words'), /--bearer: expected a token/)
})

test('a value after @ is the first line of a file, and is not shown when it is wrong', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-credentials-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'user'), 'name:@pass\nmore\n')
  writeFileSync(join(folder, 'token'), 'abc\r\n')
  writeFileSync(join(folder, 'wrong'), 'top secret\n')
  assert.equal(authorization('--user', `@${join(folder, 'user')}`), `Basic ${Buffer.from('name:@pass').toString('base64')}`)
  assert.equal(authorization('--bearer', `@${join(folder, 'token')}`), 'Bearer abc')
  for (const option of ['user', 'bearer'])
    assert.throws(
      () => authorization(`--${option}`, `@${join(folder, 'wrong')}`),
      (error) => !String(error).includes('secret'),
    )
  assert.throws(() => authorization('--bearer', `@${join(folder, 'none')}`), /--bearer: ENOENT/)
})

test('refuses two kinds of credentials', () => {
  assert.throws(() => authorization('--user', 'a:b', '--bearer', 'c'), /--user cannot be combined with --bearer/)
  assert.throws(() => authorization('--user', 'a:b', '-H', 'authorization: x'), /--user cannot be combined with a header Authorization/)
})
