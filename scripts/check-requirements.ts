/**
 * Checks that a test names each requirement of docs/requirements.md.
 */
import { conclude, filesOfPackages, read } from './sources.ts'

const rows = [...read('docs/requirements.md').matchAll(/^\| ([A-Z]+[0-9]*(?:\.[0-9]+)?|[A-Z]+[0-9]+) \|/gm)].map(([, id]) => id ?? '')
const named = new Set<string>()
for (const file of filesOfPackages('test', '.test.ts')) {
  for (const [, name] of read(file).matchAll(/\b(?:test|it|describe)\(\s*[`'"]([^\n]*)/g)) {
    for (const [id] of (name ?? '').matchAll(/\b(?:RC|RS|PD)\d+\b|\b(?:H|C|S|H2)\d*\.\d+\b|\bH\d+\b(?!\.\d)/g)) named.add(id)
  }
}
const complaints = rows.filter((id) => !named.has(id)).map((id) => `${id} is named by no test`)
if (rows.length < 80) complaints.push(`docs/requirements.md lists only ${rows.length} requirements`)
for (const id of rows) if (rows.indexOf(id) !== rows.lastIndexOf(id)) complaints.push(`${id} is listed twice`)
conclude('requirements', complaints, `${rows.length} requirements are named by tests`)
