/**
 * `npm test [-- PATH…]`: every test file, or those whose path begins with one of the arguments.
 * Node 20 takes no globs, so the files are listed here.
 */
import { spawnSync } from 'node:child_process'
import { filesUnder, root } from './sources.ts'

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const flags = process.argv.slice(2).filter((argument) => argument.startsWith('-'))
const files = filesUnder('test', '.test.ts').filter((file) => wanted.length === 0 || wanted.some((prefix) => file.startsWith(prefix)))
if (files.length === 0) {
  console.error(`no test file begins with ${wanted.join(', ')}`)
  process.exit(2)
}
const { status } = spawnSync(process.execPath, ['--import', 'tsx', '--test', '--test-concurrency=2', '--test-timeout=120000', ...flags, ...files], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(status ?? 1)
