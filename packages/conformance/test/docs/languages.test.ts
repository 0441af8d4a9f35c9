/** The programs of docs/conformance-languages.md, built and tried by the commands that stand there. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { debianPython, missing } from '../../../../scripts/optional.ts'
import type { OptionalProgram } from '../../../../scripts/optional.ts'
import { read, root } from '../../../../scripts/sources.ts'
import { freePort } from '../peers/free-port.ts'

/** The package that decides whether a language is tried. */
const needs: Readonly<Record<string, OptionalProgram | undefined>> = {
  Python: 'python3-websockets',
  JavaScript: undefined,
  C: 'libwebsockets-dev',
  'C++': 'libwebsocketpp-dev',
  Go: 'golang-github-gorilla-websocket-dev',
  Java: 'libtomcat10-embed-java',
  Ruby: 'ruby-faye-websocket',
  Perl: 'libmojolicious-perl',
  Lua: 'lua-http',
  Haskell: 'libghc-websockets-dev',
}

interface Language {
  readonly name: string
  readonly files: readonly (readonly [name: string, content: string])[]
  readonly commands: readonly string[]
}

const languages = read('docs/conformance-languages.md')
  .split(/^## /m)
  .slice(1)
  .map((section): Language => {
    const files = [...section.matchAll(/^`([\w.]+)`:\n\n```\w+\n([\s\S]*?)^```$/gm)].map(([, name = '', content = '']) => [name, content] as const)
    const commands = /^```sh\n([\s\S]*?)^```$/m.exec(section)?.[1]?.trimEnd().split('\n') ?? []
    return { name: section.split('\n', 1)[0] ?? '', files, commands }
  })

const folder = mkdtempSync(join(tmpdir(), 'languages-'))
after(() => rmSync(folder, { recursive: true }))
const suite = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
writeFileSync(join(folder, 'hawser-conformance'), `#!/bin/sh\nexec "${process.execPath}" "${suite}" "$@"\n`)
chmodSync(join(folder, 'hawser-conformance'), 0o755)
symlinkSync(debianPython, join(folder, 'python3'))

/** What every library does; the whole suite is for the reader. */
const tried = [
  'framing/length/text-125',
  'framing/length/binary-65536',
  'control/ping-pong/ping-text',
  'utf8/good/good-mixed',
  'closing/codes/code-1000',
]

test('the page has ten languages, each with its packages, a server and a client', () => {
  assert.deepEqual(
    languages.map(({ name }) => name),
    Object.keys(needs),
  )
  for (const { name, files, commands } of languages) {
    assert.ok(files.length > 0, name)
    const needed = needs[name]
    const installed = commands.filter((command) => command.startsWith('apt-get install ')).flatMap((command) => command.split(' ').slice(2))
    if (needed === undefined) assert.deepEqual(installed, [], name)
    else assert.ok(installed.includes(needed), name)
    assert.deepEqual(
      commands.filter((command) => command.startsWith('hawser-conformance')).map((command) => command.split(' ')[1]),
      ['server', 'client'],
      name,
    )
  }
})

describe('the programs of the page echo', { concurrency: 1 }, () => {
  for (const { name, files, commands } of languages) {
    const needed = needs[name]
    test(name, { skip: needed === undefined ? false : missing(needed) }, async () => {
      const home = join(folder, name)
      mkdirSync(home)
      for (const [file, content] of files) writeFileSync(join(home, file), content)
      if (name === 'JavaScript') {
        symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'))
        writeFileSync(join(home, 'package.json'), '{"type": "module"}')
      }
      await runCommands(home, commands)
    })
  }
})

/** Runs the commands in turn; those that install are left out, and one with `&` runs until the end. */
async function runCommands(home: string, commands: readonly string[]): Promise<void> {
  const port = await freePort()
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` }
  const only = tried.map((id) => ` --only ${id}`).join('')
  const stop: (() => Promise<void>)[] = []
  try {
    for (const command of commands) {
      if (/^(?:apt-get|npm) install /.test(command)) continue
      const line = command.replaceAll('9001', String(port))
      if (line.endsWith(' &')) {
        const child = spawn('sh', ['-c', `exec ${line.slice(0, -2)}`], { cwd: home, env, stdio: 'ignore' })
        const ended = once(child, 'exit')
        stop.push(async () => {
          child.kill('SIGKILL')
          await ended
        })
        continue
      }
      const run = line.startsWith('hawser-conformance') ? `${line}${only}` : line
      const { status, stdout, stderr } = spawnSync('sh', ['-c', run], { cwd: home, env, encoding: 'utf8', timeout: 120_000 })
      assert.equal(status, 0, `${run}\n${stdout}${stderr}`)
      if (line.startsWith('hawser-conformance')) assert.match(stdout, new RegExp(`: ${tried.length} pass$`, 'm'), run)
    }
  } finally {
    for (const end of stop) await end()
  }
}
