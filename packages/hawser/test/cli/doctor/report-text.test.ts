import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diagnose } from '../../../src/cli/doctor/diagnose.ts'
import type { Observations } from '../../../src/cli/doctor/observation.ts'
import { findingPage, reportText } from '../../../src/cli/doctor/report-text.ts'
import { painter } from '../../../src/cli/terminal.ts'
import { dropped, failed, idle, messages, refused, refusing, seen } from './observations.ts'

const report = (observations: Observations, given: Partial<Parameters<typeof reportText>[2]> = {}): string =>
  reportText(observations, diagnose(observations), { all: false, interrupted: false, paint: painter(false), ...given })

const nginx426 = refusing(refused(426, 'Upgrade is missing', { server: 'nginx/1.22.1', 'sec-websocket-version': '13' }))

test('says what is wrong first, how it knows, whom to blame and what to change, within 100 columns', () => {
  const text = report(nginx426)
  const lines = text.split('\n')
  assert.equal(lines[0], 'wss://app.example/chat: it does not work as it should')
  assert.equal(lines[2], 'problem: nginx drops Upgrade on the way to the server. [upgrade-lost]')
  assert.match(text, /^ {2}seen {6}the answer is 426: "Upgrade is missing"$/m)
  assert.match(text, /^ {2}to blame {2}a box in between: nginx$/m)
  assert.match(text, /^ {4}proxy_set_header Upgrade \$http_upgrade;$/m)
  assert.doesNotMatch(text, /Traefik/)
  assert.ok(text.includes(findingPage('upgrade-lost')))
  assert.match(text, /^ {2}✗ as a browser +426/m)
  for (const line of lines) if (!line.startsWith('    ')) assert.ok(line.length <= 100, line)
})

test('prints configuration for every usual box where none is recognized, and with --all', () => {
  for (const text of [report(nginx426, { all: true }), report(refusing(refused(426, '', { upgrade: 'websocket' })))]) {
    for (const name of ['nginx', 'Apache httpd', 'HAProxy', 'Caddy', 'Traefik', 'AWS', 'Google', 'Azure', 'Cloudflare'])
      assert.ok(text.includes(`  ${name}`), name)
  }
})

test('says that it works, and what was tried', () => {
  const text = report(seen({ messages: { plain: messages(['echoed', 'echoed']) }, idle: idle({}) }))
  assert.match(text, /^wss:\/\/app\.example\/chat: it works\n/)
  assert.match(text, /✓ messages +Pong after 1 ms, 2 echoed up to 13 bytes, closed 1000/)
  assert.match(text, /✓ idle +still open after 65 s/)
  assert.match(
    report(seen({ idle: idle({ survived: false, afterMs: 60_000, end: dropped }) })),
    /it works, with a warning[^]*✗ idle +ended after 60 s with 1006/,
  )
  const brief = seen({
    messages: { plain: messages([]) },
    handshakes: { 'http2-browser': failed({ stage: 'settings' }) },
  })
  assert.match(
    report(brief),
    /- over HTTP\/2, as a browser +not offered[^]*✓ messages +Pong after 1 ms, no message sent, closed 1000[^]*- idle +not tried/,
  )
  assert.match(report(seen(), { interrupted: true }), /interrupted: this is what was seen until then/)
})

test('escapes what a server could do to a terminal', () => {
  const text = report(refusing(refused(404, 'a\u001b[2Jb\u202e', { server: 'nginx\u001b]0;x\u0007' })))
  // oxlint-disable-next-line no-control-regex
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]/)
  assert.match(text, /a\\u001b\[2Jb\\u202e/)
})
