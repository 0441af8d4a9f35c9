import type { End } from '../../../src/conformance/case.ts'
import { notObservable } from '../../../src/conformance/requirements.ts'
import { casesOf, keyOf, mutantsOf } from './bench.ts'
import type { Pins } from '../peers/pins.ts'
import type { Witnesses } from './table.ts'

/** docs/conformance.md: the cases by area, the peers, and the table of switches. */
export function conformancePage(witnesses: Record<End, Witnesses>, peers: Pins): string {
  const lines = [
    '# The conformance suite',
    '',
    '`hawser conformance` tests any WebSocket server or client, in any language, over raw sockets.',
    '',
    '```',
    'hawser conformance server ws://localhost:9001/            # an echo endpoint is all that is needed',
    'hawser conformance client --port 9001                     # serves the cases to harnesses that exist; / drives a browser',
    "hawser conformance client --each 'node echo.js {url}'     # starts a client once for each case",
    '```',
    '',
    'A verdict is `pass`, `fail` (a MUST is broken), `warn` (a SHOULD is not met), `info` (the text is open to reading: seen, not judged) or',
    '`unsupported` (not tried, never counted as passed). The exit code is 0 without a fail, 1 with one, 2 for a wrong command.',
    '`--expect results.json` pins the verdicts and fails on any change, better or worse; `--write-expect` writes them.',
    '',
    'With `--http2` the server takes WebSocket over HTTP/2 as well (RFC 8441) at the same address, in cleartext with prior knowledge or by ALPN, and',
    'the cases whose ids begin with `http2/` are tried too. A client with `--http2` is tried on those alone.',
    '',
    ...usage,
    '',
    'This page is generated: `node --import tsx test/conformance/doubles/table.ts`.',
    '',
  ]
  for (const end of ['server', 'client'] as const) {
    const cases = casesOf(end)
    lines.push(`## Cases for a ${end}: ${cases.length}`, '', '| area | must | should | info |', '|---|---:|---:|---:|')
    for (const area of [...new Set(cases.map((row) => row.area))]) {
      const count = (level: string): number => cases.filter((row) => row.area === area && row.level === level).length
      lines.push(`| ${area} | ${count('must')} | ${count('should')} | ${count('info')} |`)
    }
    lines.push('')
  }
  lines.push(...peerTables(peers))
  lines.push(
    '## What the suite does not see',
    '',
    'Requirements that cannot be observed from the other end of a connection, and why:',
    '',
    ...[...notObservable].map(([id, why]) => `- ${id}: ${why}`),
    '',
    '## Each case fails for something',
    '',
    'A small correct server and a small correct client, written for the tests and independent of the product, pass every case. Each of their',
    'switches makes them wrong in one way; the table says how many of the cases tried on a switch notice it, and which one. Outside the areas',
    'where a switch may show, every case has to pass.',
    '',
  )
  for (const end of ['server', 'client'] as const) {
    const { cases, mutants } = witnesses[end]
    lines.push(`### ${end}`, '', '| switch | noticed by | for example |', '|---|---:|---|')
    for (const mutant of mutantsOf(end)) {
      const name = keyOf(mutant)
      const row = mutants[name]
      if (row === undefined) continue
      const example = Object.keys(cases).find((id) => cases[id] === name)
      lines.push(`| ${name} | ${row.caught} of ${row.tried} | ${example ?? ''} |`)
    }
    lines.push('')
  }
  return lines.join('\n')
}

const usage: readonly string[] = [
  '## In the CI of any language',
  '',
  'Node runs the suite, and nothing of it is in the program under test. On GitHub Actions:',
  '',
  '```yaml',
  'jobs:',
  '  websocket-conformance:',
  '    runs-on: ubuntu-latest',
  '    steps:',
  '      - uses: actions/checkout@v4',
  '      - uses: actions/setup-node@v4',
  '        with: { node-version: 24 }',
  '      - run: ./my-echo-server --port 9001 &',
  '      - run: npx --yes hawser conformance server ws://localhost:9001/ --html report.html --junit report.xml',
  '      - uses: actions/upload-artifact@v4',
  '        if: always()',
  '        with: { name: conformance, path: report.* }',
  '```',
  '',
  'What fails today is pinned once with `--write-expect expected.json`; from then on `--expect expected.json` fails on any change, so that a fix is',
  'noticed as a fault is. `--only ID` runs one case, `--list` names them all with their rules, `--seed N` draws other payloads and masking keys.',
  '',
  'A client is started for each case, with `{url}` filled in: it connects, sends every message back, and ends when the connection does.',
  '',
  '```yaml',
  "      - run: npx --yes hawser conformance client --each './my-echo-client {url}' --junit report.xml",
  '```',
  '',
  'A harness that drives its client through `/getCaseCount`, `/runCase?case=N&agent=A` and `/updateReports?agent=A` runs unchanged against',
  '`npx hawser conformance client --port 9001 --once`; the cases that need a client of their own are then reported as unsupported.',
  '',
  'From a test runner of JavaScript: `runServerSuite`, `runClientSuite` and `serveClientSuite` of `hawser/conformance`.',
]

/** What others make of the cases: counts alone. */
function peerTables(peers: Pins): string[] {
  const lines = [
    '## Other servers and clients',
    '',
    'The suite is run against these in the tests of the project, over HTTP/1.1 and as they come: passed, failed (a MUST), warned (a SHOULD), and not',
    'supported. Each difference was looked at against the text. Written by `node --import tsx scripts/conformance-peers.ts --write`.',
    '',
  ]
  for (const end of ['server', 'client'] as const) {
    const ours = Object.entries(peers).filter(([name]) => name.startsWith(`${end} `))
    const categories = [...new Set(ours.flatMap(([, { full }]) => Object.keys(full)))]
    lines.push(`### As a ${end}: pass / fail / warn / unsupported`, '', `| | ${ours.map(([name]) => name.slice(end.length + 1)).join(' | ')} |`)
    lines.push(`|---|${ours.map(() => '---:|').join('')}`)
    for (const category of categories) {
      const cells = ours.map(([, { full }]) => {
        const counts = full[category]
        return counts === undefined ? 'not tried' : `${counts.pass} / ${counts.fail} / ${counts.warn} / ${counts.unsupported}`
      })
      lines.push(`| ${category} | ${cells.join(' | ')} |`)
    }
    lines.push('')
  }
  return lines
}
