/** Runs the micro-benchmarks one after the other, each in a separate process: `node --import tsx bench/micro/index.ts [name …]`. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const shared = new Set(['index.ts', 'time.ts'])
const all = readdirSync(here)
  .filter((name) => name.endsWith('.ts') && !shared.has(name))
  .map((name) => name.slice(0, -3))
const chosen = process.argv.length > 2 ? process.argv.slice(2) : all

for (const name of chosen) {
  if (!all.includes(name)) {
    console.error(`no micro-benchmark ${name}; there are ${all.join(', ')}`)
    process.exit(2)
  }
}
for (const name of chosen) {
  console.log(`\n${name}`)
  const { status } = spawnSync(process.execPath, [...process.execArgv, join(here, `${name}.ts`)], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
