/** Every command that a page or a help text names, run as a process; a command that is not in the tables below fails here. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { after, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { readOptions } from '../../bench/options.ts'
import { connect, serve } from '../../packages/hawser/src/index.ts'
import { connectSpec } from '../../packages/hawser/src/cli/connect-options.ts'
import { doctorSpec } from '../../packages/hawser/src/cli/doctor-options.ts'
import { conformanceCommand } from '../../packages/hawser/src/cli/conformance.ts'
import { replaySpec } from '../../packages/hawser/src/cli/replay-options.ts'
import { serveSpec } from '../../packages/hawser/src/cli/serve-options.ts'
import { localhost } from '../../packages/hawser/test/certificates/index.ts'
import { filesUnder, packages, read, root } from '../../scripts/sources.ts'

const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'SECURITY.md'],
  // packages/conformance/test/docs/languages.test.ts runs the commands of that page with the programs that they need.
  ...filesUnder('docs', '.md').filter((page) => page !== 'docs/conformance-languages.md'),
  ...packages.map((folder) => `${folder}/README.md`).filter((file) => existsSync(join(root, file))),
]
const commandPattern = /^(?:\$ )?(?:- run: )?((?:npx|npm|node|hawser|hawser-conformance) [^#]+?|\.ci\/run)(?:\s+#.*)?$/

/** Lines of fenced blocks that are neither a program nor output (`text`), and code inside a sentence. */
function commandsOf(page: string): string[] {
  const text = read(page)
  const blocks = [...text.matchAll(/^ *```(\w*)[^\n]*\n([\s\S]*?)^ *```$/gm)].filter(([, language]) => !/^(?:ts|js|json|text)/.test(language ?? ''))
  const lines = blocks.flatMap(([, , block = '']) => block.split('\n'))
  const spans = [...text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)
  return [...lines, ...spans].flatMap((line) => commandPattern.exec(line.trim())?.[1]?.split(' && ') ?? [])
}

const documented = new Map<string, string>()
for (const page of pages) for (const command of commandsOf(page)) documented.set(command, page)
for (const spec of [serveSpec, connectSpec, replaySpec, doctorSpec, conformanceCommand]) {
  for (const [command] of spec.examples) documented.set(command, `hawser help ${spec.name}`)
}

/** The file that a script of package.json runs. */
function programOf(script: string): string {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  return /[\w/.-]+\.m?[jt]s\b/.exec(scripts[script] ?? '')?.[0] ?? 'no such script'
}

/** Those of the packages run below; these run elsewhere, or need no run. */
const elsewhere: readonly [pattern: RegExp, check: (command: string) => void][] = [
  [/^\.ci\/run$/, () => assert.ok(existsSync(join(root, '.ci/run')))],
  [/^npm (?:install|start|ls)/, () => {}],
  [/^npm pack$/, () => assert.match(read('scripts/check-package.ts'), /'npm', \['pack'/)],
  [
    /^npm (?:ci|test|run (?:lint|types|runtimes|conformance|guard|check:package))\b/,
    (command) =>
      assert.ok(read('.ci/run').includes(command.replace(/ -- .*/, '').replace('npm ci ', 'npm ci --no-audit --no-fund ')), '.ci/run runs it'),
  ],
  [/^npm run bench\b/, (command) => void readOptions(command.split(' -- ')[1]?.split(' ') ?? [])],
  [/^npm run [a-z:]+/, (command) => assert.ok(existsSync(join(root, programOf(command.split(' ')[2] ?? ''))), 'package.json has it')],
  [/^node --import tsx /, (command) => assert.ok(existsSync(join(root, command.split(' ')[3] ?? '')))],
  [/^node --expose-gc --heapsnapshot-signal=SIGUSR2 server\.js$/, () => {}],
]
const ours = /^(?:echo \w+ \| )?(?:npx (?:--yes )?)?(?:hawser|@hawser\/conformance|hawser-conformance)\b/

test('every command that a page or a help text names is run by a test', () => {
  for (const [command, place] of documented) {
    if (ours.test(command)) continue
    const known = elsewhere.find(([pattern]) => pattern.test(command))
    assert.ok(known !== undefined, `no test runs "${command}" of ${place}`)
    assert.doesNotThrow(() => known[1](command), `${place}: ${command}`)
  }
})

const folder = mkdtempSync(join(tmpdir(), 'hawser-commands-'))
after(() => rmSync(folder, { recursive: true }))
const bin = (name: string, lines: string): void => {
  writeFileSync(join(folder, name), `#!/bin/sh\n${lines}\n`)
  chmodSync(join(folder, name), 0o755)
}
bin('hawser', `exec "${process.execPath}" "${join(root, 'packages/hawser/dist/node/cli.js')}" "$@"`)
bin('hawser-conformance', `exec "${process.execPath}" "${join(root, 'packages/conformance/dist/cli/main.js')}" "$@"`)
bin('npx', '[ "$1" = --yes ] && shift\nname=$1; shift\n[ "$name" = @hawser/conformance ] && name=hawser-conformance\nexec "$name" "$@"')
const echoClient = `
import { connect } from ${JSON.stringify(pathToFileURL(join(root, 'packages/hawser/dist/node/index.js')).href)}
try {
  const socket = await connect(process.argv[2])
  for await (const message of socket) socket.send(message)
} catch {}
process.exit(0)
`
writeFileSync(join(folder, 'echo.mjs'), echoClient)
writeFileSync(join(folder, 'echo.js'), "import('./echo.mjs')\n")
bin('my-echo-client', `exec "${process.execPath}" "${join(folder, 'echo.mjs')}" "$@"`)
writeFileSync(join(folder, 'cert.pem'), localhost.cert)
writeFileSync(join(folder, 'key.pem'), localhost.key)
const message = { type: 'text', data: 'hello' }
writeFileSync(join(folder, 'session.jsonl'), ['sent', 'received'].map((event, t) => `${JSON.stringify({ t, event, ...message })}\n`).join(''))

/** Runs a line of a shell in a folder of its own, with the built commands first on the PATH. */
class Shell implements AsyncDisposable {
  readonly child: ChildProcess
  output = ''
  readonly ended: Promise<number | null>

  constructor(line: string) {
    this.child = spawn('sh', ['-c', line.includes('|') ? line : `exec ${line}`], {
      cwd: folder,
      env: { ...process.env, PATH: `${folder}:${process.env['PATH']}` },
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own, so that what npm starts ends with it
      detached: true,
    })
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text))
    this.ended = once(this.child, 'close').then(([code]) => code as number | null)
  }

  async sees(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output)
      if (match !== null) return match
      if (this.child.exitCode !== null) throw new Error(`ended with ${this.child.exitCode} without ${pattern}:\n${this.output}`)
      await Promise.race([once(this.child.stdout!, 'data'), once(this.child.stderr!, 'data'), this.ended])
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      process.kill(-(this.child.pid ?? 0), 'SIGKILL')
    } catch (error) {
      // Every process of the group has ended
      assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH')
    }
    await this.ended
  }
}

const anyUrl = /wss?:\/\/[\w.]+(?::\d+)?\//

async function runServe(command: string, answer: string = command.includes('--exec') ? 'got hello' : 'hello'): Promise<void> {
  await using shell = new Shell(/--port|--unix/.test(command) ? command : `${command} --port 0`)
  const [, scheme, port] = await shell.sees(/^listening (wss?):\/\/.*:(\d+)\/\n/)
  if (command.includes('--inspect')) await shell.sees(/^page http/m)
  const path = /--path (\S+)/.exec(command)?.[1] ?? '/'
  const subprotocols = /--subprotocol (\S+)/.exec(command)?.slice(1) ?? []
  const socket = await connect(`${scheme}://127.0.0.1:${port}${path}`, { subprotocols, tls: { rejectUnauthorized: false } })
  socket.send('hello')
  const { value } = (await socket[Symbol.asyncIterator]().next()) as { value: string | Uint8Array }
  assert.equal(typeof value === 'string' ? value : Buffer.from(value).toString(), answer)
  await socket.close()
  shell.child.kill('SIGTERM')
  assert.equal(await shell.ended, 0, shell.output)
}

/** The target of `--to` is an echo server. */
async function runServeTo(command: string): Promise<void> {
  const target = createServer((stream) => void stream.pipe(stream))
  target.listen(0, '127.0.0.1')
  await once(target, 'listening')
  try {
    await runServe(command.replace(/--to tcp:\w+:\d+/, `--to tcp:127.0.0.1:${(target.address() as AddressInfo).port}`), 'hello')
  } finally {
    target.close()
  }
}

async function runListen(command: string): Promise<void> {
  const server = await serve({ message: (socket, message) => void socket.send(message) })
  try {
    await using shell = new Shell(command.replace(/--listen \d+/, '--listen 0').replace(anyUrl, server.url))
    const [, port] = await shell.sees(/^listening tcp:127\.0\.0\.1:(\d+)/)
    const stream = createConnection(Number(port), '127.0.0.1')
    stream.write('hello')
    assert.equal(String((await once(stream, 'data'))[0]), 'hello')
    stream.destroy()
    shell.child.kill('SIGINT')
    assert.equal(await shell.ended, 0, shell.output)
  } finally {
    await server.close()
  }
}

async function runReplay(command: string): Promise<void> {
  const server = await serve({ message: (socket, message) => void socket.send(message) })
  try {
    await using shell = new Shell(command.replace(anyUrl, server.url))
    assert.equal(await shell.ended, 0, shell.output)
    assert.match(shell.output, /^hello$/m)
  } finally {
    await server.close()
  }
}

async function runConnect(command: string): Promise<void> {
  const isTls = command.includes('wss:') && command.includes('--insecure')
  const server = await serve({
    subprotocols: ['chat'],
    origins: ['https://app.example'],
    message: (socket, message) => void socket.send(message),
    ...(isTls ? { tls: localhost } : {}),
  })
  try {
    const line = command
      .replace(anyUrl, server.url)
      .replace(/ \| jq .*/, '')
      .replace('session.jsonl', 'recorded.jsonl')
    await using shell = new Shell(command.includes('--one') || command.includes('echo') ? line : `${line} --wait 30`)
    shell.child.stdin?.end('hello\n')
    await shell.sees(/hello/)
    if (!command.includes('--one')) shell.child.kill('SIGINT')
    await shell.ended
  } finally {
    await server.close()
  }
}

/** Without the idle minute. */
async function runDoctor(command: string): Promise<void> {
  const server = await serve({ origins: ['https://app.example'], message: (socket, message) => void socket.send(message) })
  try {
    const line = command.replaceAll(new RegExp(anyUrl, 'g'), server.url)
    await using shell = new Shell(line.includes('--no-idle') ? line : line.replace(' doctor ', ' doctor --no-idle '))
    assert.equal(await shell.ended, 0, shell.output)
  } finally {
    await server.close()
  }
}

async function runConformance(command: string): Promise<void> {
  if (/ client --port/.test(command)) {
    await using shell = new Shell(command.replace(/--port \d+/, '--port 0'))
    await shell.sees(/ws:\/\//)
    shell.child.kill('SIGINT')
    await shell.ended
    return
  }
  const server = await serve({ message: (socket, message) => void socket.send(message) })
  try {
    const only = / server /.test(command) ? 'handshake/method/method-POST' : 'request/grammar'
    await using shell = new Shell(`${command.replace(anyUrl, server.url)} --only ${only}`)
    assert.equal(await shell.ended, 0, shell.output)
    for (const [, file] of command.matchAll(/--(?:html|junit) (\S+)/g)) assert.ok(existsSync(join(folder, file ?? '')), file)
  } finally {
    await server.close()
  }
}

/** `report` over two runs of the suite, `requirements` as it is; each writes the files that it names. */
async function runReports(command: string): Promise<void> {
  const server = await serve({ message: (socket, message) => void socket.send(message) })
  try {
    for (const [, file = ''] of command.matchAll(/ (\w+\.json)(?= )/g)) {
      if (!/ report /.test(command)) continue
      await using run = new Shell(`hawser-conformance server ${server.url} --only framing/length/text-1 --json ${file}`)
      assert.equal(await run.ended, 0, run.output)
    }
    await using shell = new Shell(command)
    assert.equal(await shell.ended, 0, shell.output)
    for (const [, file] of command.matchAll(/--(?:html|json) (\S+)/g)) assert.ok(existsSync(join(folder, file ?? '')), file)
  } finally {
    await server.close()
  }
}

const runners: readonly [pattern: RegExp, run: (command: string) => Promise<void>][] = [
  [/\bhawser serve\b.* --to\b/, (command) => runServeTo(command)],
  [/\bhawser serve\b/, (command) => runServe(command)],
  [/\bhawser connect --listen\b/, runListen],
  [/\bhawser replay\b/, runReplay],
  [/\bhawser connect\b/, runConnect],
  [/\bhawser doctor\b/, runDoctor],
  [/conformance (?:server|client)\b/, runConformance],
  [/conformance (?:report|requirements)\b/, runReports],
  [
    /(?:--help|hawser help \w+|hawser conformance)$/,
    async (command) => {
      await using shell = new Shell(command)
      await shell.sees(/usage:|--help/)
      await shell.ended
    },
  ],
]

describe('the documented command', { concurrency: 2 }, () => {
  for (const [command, place] of documented) {
    if (!ours.test(command)) continue
    test(`${command} (${place})`, async () => {
      const runner = runners.find(([pattern]) => pattern.test(command))
      assert.ok(runner !== undefined, 'no test runs it')
      await runner[1](command)
    })
  }

  test('npm start serves the page', async () => {
    await using shell = new Shell(`npm --prefix "${root}" start -- --port 0`)
    const [, page = ''] = await shell.sees(/^page (http:\S+)$/m)
    assert.match(await (await fetch(page)).text(), /<title>hawser/)
  })
})
