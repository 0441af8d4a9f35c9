/**
 * `npm run fuzz [-- SECONDS [NAME…]] [--seed N]`: every fuzzer, or those named, for this number of seconds each (10 by default). A finding is
 * thrown with the seed that reproduces it.
 */
import { readdirSync } from 'node:fs'
import { parseArgs } from 'node:util'

interface Fuzzer {
  run(iterations: number, seed: number): void | Promise<void>
}

const { values, positionals } = parseArgs({ options: { seed: { type: 'string' } }, allowPositionals: true })
const [seconds = '10', ...names] = positionals
const budgetMs = Number(seconds) * 1000
if (!(budgetMs > 0)) {
  console.error(`the first argument is a number of seconds, not ${seconds}`)
  process.exit(2)
}
let seed = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed)
const notFuzzers = ['run.ts', 'mutator.ts']
const files = readdirSync(import.meta.dirname ?? new URL('.', import.meta.url).pathname).filter(
  (file) => file.endsWith('.ts') && !notFuzzers.includes(file),
)
for (const name of names) {
  if (files.includes(`${name}.ts`)) continue
  console.error(`no fuzzer is called ${name}; there are ${files.map((file) => file.replace('.ts', '')).join(', ')}`)
  process.exit(2)
}
for (const file of files) {
  const name = file.replace('.ts', '')
  if (names.length > 0 && !names.includes(name)) continue
  const { run } = (await import(`./${file}`)) as Fuzzer
  const end = performance.now() + budgetMs
  let iterations = 0
  const first = seed
  // The fuzzers fail if too few of their inputs are valid, so a round must not be too small.
  for (; performance.now() < end; iterations += 2000) await run(2000, seed++)
  console.log(`${name}: ${iterations} iterations, seeds ${first} to ${seed - 1}, nothing found`)
}
