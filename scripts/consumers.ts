/**
 * Runs the programs of consumers/: libraries written against ws, installed with @hawser/ws in its place. `--on ws` runs them on ws itself, which shows
 * that they test what ws does; `--write` writes the table of docs/ws-consumers.md. Names select programs.
 * Run `npm ci --ignore-scripts --prefix consumers` first.
 */
import { spawn } from 'node:child_process'
import { existsSync, realpathSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { consumersFolder, consumersPage, locked, readPage, readPrograms, tableOf } from './consumer-programs.ts'
import type { Program } from './consumer-programs.ts'
import { root } from './sources.ts'
import { missing, pathOf } from './optional.ts'
import type { OptionalProgram } from './optional.ts'

const patienceMs = 90_000
const folder = consumersFolder
const modules = join(root, folder, 'node_modules')
/** What programs need besides packages. */
const needs: Readonly<Record<string, OptionalProgram>> = { 'puppeteer-core': 'chromium', 'socket.io-redis': 'redis-server' }

interface Outcome {
  readonly program: Program
  readonly state: 'ok' | 'FAILED' | 'SKIPPED'
  readonly text: string
}

const { values, positionals } = parseArgs({
  options: { on: { type: 'string', default: 'hawser' }, write: { type: 'boolean' } },
  allowPositionals: true,
})
const { on } = values
if (on !== 'hawser' && on !== 'ws') end(`--on takes "hawser" or "ws", not "${on}"`)
if (!existsSync(modules)) end(`${modules} does not exist; run npm ci --ignore-scripts --prefix ${folder}`)

const all = readPrograms()
const known = all.map(({ name }) => name)
for (const name of positionals) if (!known.includes(name)) end(`unknown program "${name}" (known: ${known.join(', ')})`)
const chosen = positionals.length === 0 ? all : all.filter(({ name }) => positionals.includes(name))

const version = on === 'ws' ? locked['node_modules/ws-original']?.version : locked['../packages/ws']?.version
const title = on === 'ws' ? `ws ${version}` : `@hawser/ws ${version}`
if (on === 'hawser') console.log(`${checkOverride()} packages find ${title} where they ask for ws`)

const waiting = [...chosen]
const outcomes: Outcome[] = []
const started = performance.now()
await Promise.all(Array.from({ length: availableParallelism() }, work))
const failed = outcomes.filter(({ state }) => state === 'FAILED').length
console.log(`${outcomes.length - failed} of ${outcomes.length} on ${title}, ${((performance.now() - started) / 1000).toFixed(0)} s`)
if (values.write === true) {
  const [head, , tail] = readPage()
  const stateOf = (program: Program): string => outcomes.find((outcome) => outcome.program === program)?.state ?? 'not run'
  writeFileSync(join(root, consumersPage), head + tableOf(all, stateOf) + tail)
}
process.exitCode = failed === 0 ? 0 : 1

function end(message: string): never {
  console.error(message)
  process.exit(2)
}

/** Every package that depends on ws gets @hawser/ws where it requires ws. */
function checkOverride(): number {
  const home = realpathSync(join(root, 'packages/ws'))
  const dependents = Object.entries(locked).filter(([, { dependencies, peerDependencies }]) => dependencies?.['ws'] ?? peerDependencies?.['ws'])
  for (const [path] of dependents) {
    const found = createRequire(join(root, folder, path, 'package.json')).resolve('ws')
    if (found !== join(home, 'dist/index.cjs'))
      end(`${path || folder} finds ${found} instead of @hawser/ws; run npm ci --ignore-scripts --prefix ${folder}`)
  }
  return dependents.length
}

async function work(): Promise<void> {
  for (let program = waiting.shift(); program !== undefined; program = waiting.shift()) {
    const begun = performance.now()
    const outcome = await run(program)
    outcomes.push(outcome)
    const ranges = program.consumers.map((one) => `${one.name} ${one.version} (ws ${one.range})`)
    const seconds = ((performance.now() - begun) / 1000).toFixed(1)
    console.log(`${outcome.state} ${program.name} (${seconds} s) ${ranges.join(', ')}${outcome.state === 'ok' ? '' : `\n${outcome.text}`}`)
  }
}

function run(program: Program): Promise<Outcome> {
  const need = needs[program.name]
  const reason = need === undefined ? false : missing(need)
  if (reason !== false) return Promise.resolve({ program, state: 'SKIPPED', text: reason })
  // Children of a program, such as wscat, take the place of ws from NODE_OPTIONS, too.
  const hook = on === 'ws' ? [`--import=${join(root, folder, 'on-ws.js')}`] : []
  const env = { ...process.env, NODE_OPTIONS: hook.join(' '), HAWSER_CHROMIUM: pathOf('chromium') }
  return new Promise((resolve) => {
    let text = ''
    const child = spawn(process.execPath, [join(root, program.file)], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += String(data)))
    const timer = setTimeout(() => {
      text += `\nnot done after ${patienceMs / 1000} s`
      child.kill('SIGKILL')
    }, patienceMs)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ program, state: code === 0 ? 'ok' : 'FAILED', text })
    })
  })
}
