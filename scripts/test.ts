/**
 * `npm test [-- PATH…]`: every test file, or those whose path, from the root or inside a package, begins with one of the arguments; an
 * absolute path names one file.
 * At the end it prints one line for each reason why tests were skipped; with `HAWSER_REQUIRE=all` a skipped test is a failure, unless
 * what it needs is not required (scripts/optional.ts). `HAWSER_SKIPPED_FILES=PATH` writes the names of the files with a skipped test, one a line.
 * Node 20 takes no globs, so the files are listed here.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join, relative } from 'node:path'
import process from 'node:process'
import { styleText } from 'node:util'
import { filesOfPackages, filesUnder, root } from './sources.ts'

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const flags = process.argv.slice(2).filter((argument) => argument.startsWith('-'))
const begins = (file: string, prefix: string): boolean => file.startsWith(prefix) || file.replace(/^packages\/[^/]+\//, '').startsWith(prefix)
const all = [...filesOfPackages('test', '.test.ts'), ...filesUnder('test', '.test.ts')]
const files = [...all.filter((file) => wanted.length === 0 || wanted.some((prefix) => begins(file, prefix))), ...wanted.filter(isAbsolute)]
const stray = wanted.filter((prefix) => !isAbsolute(prefix) && !all.some((file) => begins(file, prefix)))
if (stray.length > 0) {
  console.error(`no test file begins with ${stray.join(', ')}`)
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'hawser-test-'))
const skips = join(folder, 'skips')
const reporters = flags.some((flag) => flag.startsWith('--test-reporter'))
  ? []
  : [
      `--test-reporter=${process.stdout.isTTY ? 'spec' : 'tap'}`,
      '--test-reporter-destination=stdout',
      '--test-reporter=./scripts/skip-reporter.mjs',
      `--test-reporter-destination=${skips}`,
    ]
const { status } = spawnSync(
  process.execPath,
  ['--import', 'tsx', '--test', '--test-concurrency=2', '--test-timeout=300000', ...reporters, ...flags, ...files],
  { cwd: root, stdio: 'inherit' },
)
const reasons = new Map<string, number>()
const skippedFiles = new Set<string>()
if (reporters.length > 0) {
  for (const line of readFileSync(skips, 'utf8').split('\n').slice(0, -1)) {
    const { reason, file } = JSON.parse(line) as { reason: string; file?: string }
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    if (file !== undefined) skippedFiles.add(relative(root, file))
  }
}
rmSync(folder, { recursive: true })
const noted = process.env['HAWSER_SKIPPED_FILES']
if (noted !== undefined) writeFileSync(noted, [...skippedFiles].map((file) => `${file}\n`).join(''))
for (const [reason, count] of reasons) {
  const line = `${reason}: ${count} ${count === 1 ? 'test' : 'tests'} skipped`
  console.error(process.stderr.isTTY ? styleText(['bold', 'yellow'], line) : line)
}
const isRefused = [...reasons.keys()].some((reason) => !reason.startsWith('NOT REQUIRED: ')) && process.env['HAWSER_REQUIRE'] === 'all'
if (isRefused) console.error('HAWSER_REQUIRE=all allows no skip')
process.exit(status !== 0 ? (status ?? 1) : isRefused ? 1 : 0)
