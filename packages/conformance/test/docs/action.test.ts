/** The shell of the composite action's steps, run as GitHub's runner does, with the built command in place of npx. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { freePort } from '../peers/free-port.ts'
import { DoubleServer } from '../doubles/server.ts'

const action = readFileSync(new URL('../../action.yml', import.meta.url), 'utf8')
const built = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const modules = fileURLToPath(new URL('../../../../node_modules', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'action-'))
after(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, 'npx'), `#!/bin/sh\nshift\necho "package $1"\nshift\nexec "${process.execPath}" "${built}" "$@"\n`)
chmodSync(join(folder, 'npx'), 0o755)

/** The text of the first `run: |`, without its indentation. */
function script(): string {
  const [, indent = '', body = ''] = /^( +)run: \|\n((?:\1 {2}.*\n|\n)+)/m.exec(action) ?? []
  return body.replaceAll(new RegExp(`^${indent}  `, 'gm'), '')
}

/** Every input with its default, as the step's `env` names it. */
function defaults(): Record<string, string> {
  const values = new Map([...action.matchAll(/^ {2}(\w+):\n(?: {4}.*\n)*? {4}default: (.*)\n/gm)].map(([, name, value]) => [name, value]))
  return Object.fromEntries(
    [...action.matchAll(/^ {8}([A-Z]+): \$\{\{ inputs\.(\w+) \}\}$/gm)].map(([, name, input]) => [name, values.get(input) ?? '']),
  )
}

async function runStep(inputs: Record<string, string>): Promise<{ code: number | null; output: string; summary: string }> {
  const home = mkdtempSync(join(folder, 'job-'))
  const summary = join(home, 'summary.md')
  writeFileSync(join(home, 'step.sh'), script())
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', 'step.sh'], {
    cwd: home,
    env: {
      ...process.env,
      ...defaults(),
      ...inputs,
      PATH: `${folder}:${process.env['PATH']}`,
      GITHUB_ACTIONS: 'true',
      GITHUB_STEP_SUMMARY: summary,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => said.push(text))
  const [code] = (await once(child, 'close')) as [number | null]
  const reports = inputs['REPORTS'] ?? 'conformance'
  for (const ending of ['html', 'json', 'xml', 'md'])
    assert.equal(existsSync(join(home, reports, `report.${ending}`)), code === 0 || code === 1, ending)
  return { code, output: said.join(''), summary: existsSync(summary) ? readFileSync(summary, 'utf8') : '' }
}

test('every input of the action reaches its step, and no input is part of the script', () => {
  const inputs = [...action.slice(0, action.indexOf('runs:')).matchAll(/^ {2}(\w+):$/gm)].map(([, name = '']) => name.toUpperCase())
  assert.deepEqual(Object.keys(defaults()).sort(), inputs.sort())
  assert.doesNotMatch(script(), /\$\{\{/)
})

test('tests a server, writes the reports and the summary, and fails with an annotation where a case fails', async () => {
  const right = new DoubleServer({ mutants: [] })
  const wrong = new DoubleServer({ mutants: ['version-lenient-number'] })
  try {
    const ARGS = "--only handshake/version --header 'Cookie: a=b; c=d'"
    const passed = await runStep({ SERVER: await right.listen(), ARGS, REPORTS: 'my reports', VERSION: '1.2.3' })
    assert.equal(passed.code, 0, passed.output)
    assert.match(passed.output, /^package @hawser\/conformance@1\.2\.3$/m)
    assert.match(passed.summary, /^## WebSocket conformance\n/)
    const failed = await runStep({ SERVER: await wrong.listen(), ARGS })
    assert.equal(failed.code, 1)
    assert.match(failed.output, /^::error title=/m)
    assert.match(failed.summary, /version/)
  } finally {
    await right.close()
    await wrong.close()
  }
})

test('starts the server, waits for it and ends it', async () => {
  const port = await freePort()
  const server = `new (require('ws').WebSocketServer)({ port: ${port} }).on('connection', (s) => s.on('error', () => {}).on('message', (d, b) => s.send(d, { binary: b })))`
  const START = `sleep 0.2; NODE_PATH='${modules}' '${process.execPath}' -e "${server}"`
  const { code, output } = await runStep({ SERVER: `ws://127.0.0.1:${port}/`, START, ARGS: '--only framing/length/text-1' })
  assert.equal(code, 0, output)
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`))
})

test('tests a client, and refuses inputs that contradict each other', async () => {
  const client = `const s = new (require('ws').WebSocket)(process.argv[1]); s.on('message', (d, b) => s.send(d, { binary: b })); s.on('error', () => {})`
  const CLIENT = `env NODE_PATH='${modules}' '${process.execPath}' -e "${client}" {url}`
  const { code, output } = await runStep({ CLIENT, ARGS: '--only framing/length/text-1' })
  assert.equal(code, 0, output)
  for (const inputs of [{}, { SERVER: 'ws://h/', CLIENT }, { CLIENT, START: 'x' }]) {
    const refused = await runStep(inputs)
    assert.match(refused.output, /^::error title=WebSocket conformance::give either server/)
    assert.equal(refused.code, 2)
  }
})
