import assert from 'node:assert/strict'
import { test } from 'node:test'
import { githubAnnotations, writePins } from '../../src/index.ts'
import { report } from '../doubles/report.ts'

test('one error for each defect, with the rule and the first case', async () => {
  const wrong = await report(['utf8-unchecked'], ['utf8/bad'])
  const lines = githubAnnotations(wrong)
  assert.equal(lines.length, wrong.defects.length)
  assert.match(
    lines[0] ?? '',
    /^::error title=ws%3A\/\/127\.0\.0\.1%3A\d+\/echo%3A utf8\/text\/not-refused::.* \(RFC 6455 section 8\.1; \d+ cases, the first is utf8\/bad\//,
  )
})

test('with expectations an error for each change, and none for what is expected', async () => {
  const wrong = await report(['version-lenient-number'], ['handshake/version'])
  assert.deepEqual(githubAnnotations(wrong, writePins([wrong])), [])
  const lines = githubAnnotations(wrong, {
    format: 'hawser-conformance-expectations-2',
    suite: '0',
    results: { 'handshake/version/version-0xD': 'fail' },
  })
  assert.ok(
    lines.length > 1 && lines.every((line) => /^::error title=.*::expected pass, seen (?:fail|info): /.test(line) || line.includes(' more; ')),
    lines.join('\n'),
  )
  assert.ok(!lines.some((line) => line.includes('0xD')))
})

test('what a peer sent ends no command, begins none and is no escape', async () => {
  const right = await report([], ['framing/length/text-1'])
  const summary = '100% wrong\r\n::error::a:b,c'
  const [line = ''] = githubAnnotations({
    ...right,
    subject: 'x,y::z\n',
    defects: [{ id: 'a', verdict: 'warn', summary, section: 'RFC 6455 section 5', cases: ['b'] }],
  })
  assert.equal(line, '::warning title=x%2Cy%3A%3Az\\x0a%3A a::100%25 wrong\\x0d\\x0a::error::a:b,c (RFC 6455 section 5; b)')
})

test('at most ten of a kind are shown, because GitHub drops the rest, and the last one counts them', async () => {
  const right = await report([], ['framing/length/text-1'])
  const defects = Array.from({ length: 25 }, (_, index) => ({
    id: `d${index}`,
    verdict: 'fail' as const,
    summary: 's',
    section: 'RFC 6455 section 5',
    cases: ['c'],
  }))
  const lines = githubAnnotations({ ...right, defects })
  assert.equal(lines.length, 10)
  assert.match(lines[9] ?? '', /::16 more; the log and the reports have all$/)
})

test('a server that died is the first error', async () => {
  const right = await report([], ['framing/length/text-1'])
  assert.match(githubAnnotations({ ...right, diedDuring: ['a/b'] })[0] ?? '', /^::error title=.*::the server died; in progress: a\/b$/)
})
