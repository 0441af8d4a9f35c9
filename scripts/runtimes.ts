/** Runs test/contract on every runtime of runtimes/package.json: `npm ci --ignore-scripts --prefix runtimes` first. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { filesUnder, root } from './sources.ts'

const files = filesUnder('packages/hawser/test/contract', '.test.ts')
const binary = (path: string): string => join(root, 'runtimes/node_modules', path)
const nodeArguments = (...flags: string[]): string[] => [...flags, '--test', ...files]
const runtimes: readonly [name: string, path: string, args: string[]][] = [
  ['Node 20', binary('node20/bin/node'), nodeArguments('--import', 'tsx')],
  ['Node 22', binary('node22/bin/node'), nodeArguments('--import', 'tsx')],
  ['Node 24', binary('node24/bin/node'), nodeArguments()],
  ['Node 26', binary('node26/bin/node'), nodeArguments()],
  ['Bun', binary('bun/bin/bun'), ['test', ...files.map((file) => `./${file}`)]],
  ['Deno', binary('deno/deno'), ['test', '--allow-all', '--no-check', ...files]],
]

let failed = 0
for (const [name, path, args] of runtimes) {
  if (!existsSync(path)) {
    console.error(`FAILED ${name}: ${path} is not installed; run npm ci --ignore-scripts --prefix runtimes`)
    failed += 1
    continue
  }
  const started = performance.now()
  const { status, stdout, stderr } = spawnSync(path, args, { cwd: root, encoding: 'utf8', timeout: 120_000, env: { ...process.env, NO_COLOR: '1' } })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok' : 'FAILED'} ${name} (${seconds} s)`)
  if (status !== 0) {
    failed += 1
    console.log(`${stdout}\n${stderr}`)
  }
}
process.exitCode = failed === 0 ? 0 : 1
