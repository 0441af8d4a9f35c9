/**
 * `npm run docs [-- FOLDER]`: writes the tables of limits and runtimes, then builds the site of docs/site into docs/site/dist, or FOLDER. Installs TypeDoc the first
 * time.
 */
import { spawnSync } from 'node:child_process'
import { join, relative, resolve } from 'node:path'
import process from 'node:process'
import { writeTables } from './limit-tables.ts'
import { pathOf } from './optional.ts'
import { writeRuntimeTables } from './runtime-tables.ts'
import { root } from './sources.ts'

const site = join(root, 'docs/site')
const out = resolve(process.argv[2] ?? join(site, 'dist'))

function run(program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', shell: program === 'npm' && process.platform === 'win32' })
  if (error !== undefined) throw error
  if (status !== 0) process.exit(status ?? 1)
}

writeTables()
writeRuntimeTables()
if (pathOf('typedoc') === undefined) run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', site])
run(process.execPath, [join(site, 'node_modules/typedoc/bin/typedoc'), '--options', site, '--out', out, '--logLevel', 'Warn'])
console.log(`open ${relative(process.cwd(), join(out, 'index.html'))}`)
