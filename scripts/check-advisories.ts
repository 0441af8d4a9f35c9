/** Compares docs/advisories.md with the names of the tests: each identifier that could apply is in the name of a test, and each in a name is listed. */
import { conclude, filesOfPackages, read } from './sources.ts'

const [covered = '', excluded = ''] = read('docs/advisories.md').split('## Cannot exist here')
const rowsOf = (section: string): string[][] =>
  [...section.matchAll(/^\| (.+) \|$/gm)].map(([, cells = '']) => cells.split(' | ')).filter(([first]) => first !== 'identifier')

/** CVE, GHSA, RUSTSEC, or the issue of a project that has no other identifier. */
const identifier = /\b(?:CVE-\d{4}-\d{4,}|GHSA(?:-[a-z0-9]{4}){3}|RUSTSEC-\d{4}-\d{4}|[A-Za-z][\w.-]*(?:\/[\w.-]+)?#\d{2,5})(?!\w)/g

/** In a name that is given to `test` directly or through a table: any string of a test file, since comments are left out. */
function namesIn(file: string): string {
  const text = read(file)
  if (file.endsWith('.md')) return [...text.matchAll(/^## (.*)$/gm)].map(([, name]) => name).join('\n')
  return text.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '')
}

const named = new Set<string>()
const files = [...filesOfPackages('test', '.test.ts'), ...filesOfPackages('test/vectors', '.md')]
for (const file of files) for (const [id] of namesIn(file).matchAll(identifier)) named.add(id)

const complaints: string[] = []
const rows = rowsOf(covered)
const exceptions = rowsOf(excluded)
for (const [id = '', software = '', text = ''] of [...rows, ...exceptions]) {
  if ((id.match(identifier) ?? [])[0] !== id) complaints.push(`${id} is no identifier`)
  if (software === '' || text === '') complaints.push(`${id} says not which software, or not what`)
}
for (const [id = ''] of rows) if (!named.has(id)) complaints.push(`${id} is in the name of no test`)
for (const [id = ''] of exceptions) if (named.has(id)) complaints.push(`${id} cannot exist here, but a test has its name`)
const listed = [...rows, ...exceptions].map(([id = '']) => id)
for (const id of named) if (!listed.includes(id)) complaints.push(`${id} is in the name of a test and not in docs/advisories.md`)
for (const id of listed) if (listed.indexOf(id) !== listed.lastIndexOf(id)) complaints.push(`${id} is listed twice`)
if (rows.length < 60) complaints.push(`docs/advisories.md lists only ${rows.length} advisories`)
conclude('advisories', complaints, `${rows.length} advisories are named by tests, ${exceptions.length} cannot exist here`)
