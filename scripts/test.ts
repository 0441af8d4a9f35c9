/**
 * `npm test [-- PATH…]`: every test file, or those whose path, from the root or inside a package, begins with one of the arguments.
 * Node 20 takes no globs, so the files are listed here.
 */
import { spawnSync } from 'node:child_process'
import { filesOfPackages, filesUnder, root } from './sources.ts'

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const flags = process.argv.slice(2).filter((argument) => argument.startsWith('-'))
const begins = (file: string, prefix: string): boolean => file.startsWith(prefix) || file.replace(/^packages\/[^/]+\//, '').startsWith(prefix)
const all = [...filesOfPackages('test', '.test.ts'), ...filesUnder('test', '.test.ts')]
const files = all.filter((file) => wanted.length === 0 || wanted.some((prefix) => begins(file, prefix)))
if (files.length === 0) {
  console.error(`no test file begins with ${wanted.join(', ')}`)
  process.exit(2)
}
const { status } = spawnSync(process.execPath, ['--import', 'tsx', '--test', '--test-concurrency=2', '--test-timeout=120000', ...flags, ...files], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(status ?? 1)
