import type { End } from '../src/case.ts'
import { tierOf } from '../src/result.ts'
import type { Tier } from '../src/result.ts'
import { notObservable } from '../src/requirements.ts'
import { casesOf, keyOf, mutantsOf } from '../test/doubles/bench.ts'
import { missedPeers } from '../test/doubles/missed.ts'
import type { Pins } from '../test/peers/pins.ts'
import type { Witnesses } from '../test/doubles/witnesses.ts'

/** docs/conformance.md: its first part is written by hand and kept; what follows {@link generatedBelow} is made from the cases and their results. */
export function conformancePage(written: string, witnesses: Record<End, Witnesses>, peers: Pins): string {
  const end = written.indexOf(generatedBelow)
  if (end < 0) throw new Error(`docs/conformance.md has no line "${generatedBelow}"`)
  return [
    written.slice(0, end + generatedBelow.length),
    '',
    ...caseTables(),
    ...peerTables(peers),
    ...missedTable(),
    ...unseen(),
    ...switchTables(witnesses),
  ].join('\n')
}

const generatedBelow = '<!-- generated below by: node --import tsx packages/conformance/scripts/witnesses.ts -->'

function countOf(end: End, tier: Tier): number {
  return casesOf(end).filter((row) => tierOf(row) === tier).length
}

function caseTables(): string[] {
  return (['server', 'client'] as const).flatMap((end) => {
    const cases = casesOf(end)
    const count = (area: string, level: string): number => cases.filter((row) => row.area === area && row.level === level).length
    return [
      `## Cases for a ${end}: ${countOf(end, 'http1')} over HTTP/1.1`,
      '',
      `Besides ${countOf(end, 'http2')} over HTTP/2 and ${countOf(end, 'volume')} of the volume tier.`,
      '',
      '| area | must | should | info |',
      '|---|---:|---:|---:|',
      ...[...new Set(cases.map((row) => row.area))].map(
        (area) => `| ${area} | ${count(area, 'must')} | ${count(area, 'should')} | ${count(area, 'info')} |`,
      ),
      '',
    ]
  })
}

function missedTable(): string[] {
  return [
    '## Wrong peers that an earlier edition passed',
    '',
    'Each is a switch of the doubles; `test/missed.test.ts` runs them. The process of a client that crashes after its verdict fails',
    '`always/client-process`, and how a connection was closed is in `closing` of each result.',
    '',
    '| wrong peer | as | fails |',
    '|---|---|---|',
    ...missedPeers.map(({ what, ends, caughtBy, warns }) => `| ${what} | ${ends.join(', ')} | ${caughtBy}${warns === true ? ' (warns)' : ''} |`),
    '',
  ]
}

function unseen(): string[] {
  return [
    '## Requirements that the suite cannot see',
    '',
    'These cannot be observed from the other end of a connection:',
    '',
    ...[...notObservable].map(([id, why]) => `- ${id}: ${why}`),
    '',
  ]
}

function switchTables(witnesses: Record<End, Witnesses>): string[] {
  const lines = [
    '## The mutants that each case catches',
    '',
    'A small correct server and a small correct client, written for the tests and independent of hawser, pass every case. Each of their switches',
    'makes them wrong in one way. The table says how many of the cases tried with a switch notice it, and names one. A case outside the areas',
    'where a switch may show has to pass.',
    '',
  ]
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
  return lines
}

/** Results of other implementations: counts alone. */
function peerTables(peers: Pins): string[] {
  const lines = [
    '## Other servers and clients',
    '',
    'The tests of this project run the suite against these servers and clients, over HTTP/1.1 and with their default settings. The columns are passed, failed (a',
    'MUST), warned (a SHOULD) and unsupported. What the program that runs a peer, or a setting of it, decides is left out, and every kind of failure was read',
    'against the text that it cites. Written by `node --import tsx packages/conformance/scripts/peers.ts --write`.',
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
        return counts === undefined
          ? category === 'always'
            ? 'none broken'
            : 'not tried'
          : `${counts.pass} / ${counts.fail} / ${counts.warn} / ${counts.unsupported}`
      })
      lines.push(`| ${category} | ${cells.join(' | ')} |`)
    }
    lines.push('')
  }
  return lines
}
