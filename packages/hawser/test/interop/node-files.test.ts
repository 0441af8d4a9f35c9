/** The files of dist/node, which Node loads in place of the modules, and what they load of Node. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const home = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(home, 'dist/node')
const files = readdirSync(folder).map((name) => ({ name, code: readFileSync(join(folder, name), 'utf8') }))

/** What a file imports, and what these import. */
function imported(name: string): Set<string> {
  const found = new Set<string>()
  const walk = (name: string): void => {
    const { code = '' } = files.find((file) => file.name === name) ?? {}
    for (const [, from = ''] of code.matchAll(/^(?:import\b[^'"]*?|export\b[^'"]*? from |\} from )["']([^"']+)["'];$/gm)) {
      if (found.has(from)) continue
      found.add(from)
      if (from.startsWith('./')) walk(from.slice(2))
    }
  }
  walk(name)
  return found
}

function run(program: string, ...flags: string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--input-type=module', '--eval', program], {
    cwd: dirname(folder),
    encoding: 'utf8',
  })
  assert.equal(stderr, '')
  return stdout.trim()
}

test('each module is in one file, so that all entry points have the same classes', () => {
  const modules = files.flatMap(({ code }) => [...new Set([...code.matchAll(/^\/\/ (\S+\.js)$/gm)].map(([, module]) => module))])
  assert.ok(modules.length > 300, `${modules.length} modules`)
  assert.deepEqual(
    modules.filter((module, index) => modules.indexOf(module) !== index),
    [],
  )
})

const sameErrors = `
import { createServer, OptionError, serve } from 'hawser'
import * as browser from 'hawser/browser'
import { bunServer } from 'hawser/fetch'
import { inspect } from 'hawser/inspect'
import { memoryServer } from 'hawser/testing'
const wrong = { prot: 1 }
const calls = [() => serve(wrong), () => browser.connect('ws://h/', wrong), () => bunServer(wrong), () => inspect(createServer({ message() {} }), wrong), () => memoryServer(wrong)]
const thrown = await Promise.all(calls.map(async (call) => call()).map((result) => result.then(() => 'nothing', (error) => error)))
console.log(thrown.map((error) => error instanceof OptionError ? 'OptionError' : error).join(), browser.OptionError === OptionError)
`

for (const flags of [[], ['--conditions=module']]) {
  test(`the errors of every entry point are those of hawser${flags.length === 0 ? '' : ', as bundlers load it'}`, () => {
    assert.equal(run(sameErrors, ...flags), `${Array(5).fill('OptionError').join()} true`)
  })
}

test('hawser is three files for Node', () => {
  assert.deepEqual([...imported('index.js')].filter((from) => !from.startsWith('node:')).sort(), ['./node.js', './portable.js'])
})

for (const name of ['portable', 'fetch', 'browser', 'protocol', 'handshake', 'http1', 'http2', 'extensions', 'subprotocols', 'registry']) {
  test(`${name} imports nothing of Node`, () => {
    assert.deepEqual(
      [...imported(`${name}.js`)].filter((from) => from !== './portable.js'),
      [],
    )
  })
}

test('classes and functions have the names that they have in the source', () => {
  assert.deepEqual(
    files.flatMap(({ name, code }) => [...code.matchAll(/\bclass (_\w+|\w\b)/g)].map(([, found]) => `${found} in ${name}`)),
    [],
  )
})
