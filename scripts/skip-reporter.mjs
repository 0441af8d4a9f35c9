/**
 * A reporter for node:test that writes the reason of each skipped test, one JSON string a line. Node 20 loads reporters before tsx.
 * @param {AsyncIterable<import('node:test/reporters').TestEvent>} events
 */
export default async function* skips(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const { name, skip, todo } = data
    if (skip !== undefined) yield `${JSON.stringify(skip === true ? `NOT TESTED: "${name}" skips without a reason` : skip)}\n`
    if (todo !== undefined) yield `${JSON.stringify(`NOT TESTED: "${name}" is still to do`)}\n`
  }
}
