import type { End } from '../../../src/conformance/case.ts'
import { notObservable } from '../../../src/conformance/requirements.ts'
import { casesOf, keyOf, mutantsOf } from './bench.ts'
import type { Witnesses } from './table.ts'

/** docs/conformance.md: the cases by area, and the table of switches. */
export function conformancePage(witnesses: Record<End, Witnesses>): string {
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
