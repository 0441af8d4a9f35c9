/**
 * A reporter for node:test that writes the reason and the file of each skipped test, one JSON object a line. Node 20 loads reporters before tsx.
 * @param {AsyncIterable<import('node:test/reporters').TestEvent>} events
 */
export default async function* skips(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const { name, skip, todo, file } = data
    if (skip !== undefined) yield `${JSON.stringify({ reason: skip === true ? `NOT TESTED: "${name}" skips without a reason` : skip, file })}\n`
    if (todo !== undefined) yield `${JSON.stringify({ reason: `NOT TESTED: "${name}" is still to do`, file })}\n`
  }
}
