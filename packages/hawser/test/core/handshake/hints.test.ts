import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fields } from '../../../src/core/handshake/fields.ts'
import { hintForStatus } from '../../../src/core/handshake/hints.ts'

const hint = (status: number, lines: [string, string][] = [], versions: string[] = []): string =>
  hintForStatus(status, new Fields(lines), versions) ?? ''

test('each usual status code has one line of likely cause [RC17]', () => {
  const cases: [number, RegExp][] = [
    [200, /proxy|path/],
    [301, /redirects/],
    [400, /content/],
    [401, /credentials/],
    [403, /origin/],
    [404, /path/],
    [405, /GET/],
    [407, /proxy/],
    [421, /host name/],
    [426, /Upgrade/],
    [429, /wait/],
    [431, /cookies/],
    [500, /failed/],
    [502, /gateway/],
    [503, /later/],
    [504, /gateway/],
    [505, /HTTP\/1\.1/],
  ]
  for (const [status, expected] of cases) assert.match(hint(status), expected, String(status))
  for (const [status] of cases) assert.doesNotMatch(hint(status), /\n/)
  assert.equal(hint(418), '')
})

test('the fields of the response sharpen the cause [RC17]', () => {
  assert.match(hint(200, [['Content-Type', 'text/html; charset=utf-8']]), /ordinary page/)
  assert.match(hint(302, [['Location', '/elsewhere']]), /Location/)
  assert.match(hint(400, [['Server', 'nginx/1.27']]), /proxy/)
  assert.match(hint(426, [], ['8', '7']), /version 8, 7/)
  assert.match(hint(426, [], ['13']), /stripped/)
})
