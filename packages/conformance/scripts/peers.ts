/**
 * The whole suite against the servers and clients of others: `node --import tsx packages/conformance/scripts/peers.ts [--write] [NAME…]`.
 * Fails when the counts are not the pinned ones; `--write` pins them and renews docs/conformance.md.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { conformancePage } from './page.ts'
import { readWitnesses } from '../test/doubles/witnesses.ts'
import { casesFor, countsOf, peers, sampleFor, skipReason } from '../test/peers/peers.ts'
import { compareCounts, readPins, writePins } from '../test/peers/pins.ts'
import type { Pins } from '../test/peers/pins.ts'
import { read, root } from '../../../scripts/sources.ts'

const write = process.argv.includes('--write')
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const pins: Pins = readPins()
const found: Record<string, Pins[string]> = { ...pins }
let failed = false

for (const peer of peers) {
  const name = `${peer.end} ${peer.name}`
  if (names.length > 0 && !names.some((part) => name.includes(part))) continue
  const reason = skipReason(peer)
  if (reason !== false) {
    console.error(`${name}: ${reason}`)
    continue
  }
  const report = await peer.run(casesFor(peer.end), true)
  const full = countsOf(report)
  const { counts } = report
  console.log(
    `${name}: ${report.results.length} cases in ${(report.durationMs / 1000).toFixed(1)} s: ` +
      `${counts.pass} pass, ${counts.fail} fail, ${counts.warn} warn, ${counts.info} info, ${counts.unsupported} unsupported`,
  )
  if (write) found[name] = { full, sample: countsOf(await peer.run(sampleFor(peer.end), false)) }
  else
    for (const change of compareCounts(full, pins[name]?.full ?? {})) {
      failed = true
      console.log(`  ${change}`)
    }
}
if (write) {
  writePins(found)
  writeFileSync(join(root, 'docs/conformance.md'), conformancePage(read('docs/conformance.md'), readWitnesses(), found))
}
process.exit(failed ? 1 : 0)
