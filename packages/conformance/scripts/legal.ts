/** Every case against every legal but unusual peer: `node --import tsx packages/conformance/scripts/legal.ts [NAME…]`. Fails for any accusation. */
import { accusations, idsFor, legalPeers } from '../test/doubles/legal.ts'

const names = process.argv.slice(2)
let failed = false
for (const legal of legalPeers) {
  if (names.length > 0 && !names.some((name) => legal.name.includes(name))) continue
  for (const end of legal.ends) {
    const ids = idsFor(end, legal)
    const found = await accusations(end, legal, ids)
    console.log(`${end} ${legal.name}: ${ids.length} cases, ${found.length} accusations`)
    for (const line of found) console.log(`  ${line}`)
    failed ||= found.length > 0
  }
}
process.exit(failed ? 1 : 0)
