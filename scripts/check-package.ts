/**
 * Checks the packages as users get them: packs them, installs them together in an empty folder, then imports, requires, type-checks, runs and
 * measures them.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { conclude, packages, root } from './sources.ts'

/** Ceilings of the packed and unpacked sizes in bytes, about a fifth above the sizes measured when they were last changed. */
const ceilings: Readonly<Record<string, readonly [packed: number, unpacked: number]>> = {
  hawser: [700_000, 2_500_000],
  '@hawser/ws': [50_000, 150_000],
  '@hawser/conformance': [205_000, 760_000],
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly bin?: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, unknown>>
  readonly dependencies?: object
}

const complaints: string[] = []
const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
function attempt(what: string, action: () => void): void {
  try {
    action()
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as { stdout?: string; stderr?: string; message: string }
    complaints.push(`${what}: ${message}\n${stdout}${stderr}`)
  }
}

interface Packed {
  readonly filename: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

function checkContents(name: string, home: string, packed: Packed): void {
  for (const { path } of packed.files) {
    if (!/^(dist\/|package\.json$|README\.md$|LICENSE$)/.test(path)) complaints.push(`${name} packs ${path}`)
    if (/\.test\.|(^|\/)test\/|tsbuildinfo|bench\//.test(path)) complaints.push(`${name} packs ${path}: a test or a leftover`)
    // What Node loads is made of all sources.
    if (path.startsWith('dist/node/')) continue
    const source = path.replace(/^dist\//, 'src/')
    const sources = [source, source.replace(/(?:\.d\.ts|\.js)(?:\.map)?$/, '.ts')]
    if (source !== path && !sources.some((file) => existsSync(join(home, file)))) complaints.push(`${name} packs ${path}, which has no source`)
  }
  for (const file of ['README.md', 'LICENSE', 'dist/index.d.ts']) {
    if (!packed.files.some(({ path }) => path === file)) complaints.push(`${name} does not pack ${file}`)
  }
  const [packedCeiling, unpackedCeiling] = ceilings[name] ?? [0, 0]
  if (packed.size > packedCeiling) complaints.push(`the packed size of ${name}, ${packed.size}, is above ${packedCeiling}`)
  if (packed.unpackedSize > unpackedCeiling) complaints.push(`the unpacked size of ${name}, ${packed.unpackedSize}, is above ${unpackedCeiling}`)
}

function entriesOf({ name, exports }: Manifest): string[] {
  return Object.keys(exports)
    .filter((entry) => !entry.endsWith('.json'))
    .map((entry) => entry.replace(/^\./, name))
}

/** A program that tests an installed server with the installed suite. */
const suite = `
import { permessageDeflate, serve } from 'hawser'
import { htmlReport, runServerSuite } from '@hawser/conformance'
const server = await serve({ port: 0, extensions: [permessageDeflate()], message(socket, data) { socket.send(data) } })
const report = await runServerSuite(server.url, { only: ['framing/length', 'deflate/good', 'handshake/key'] })
await server.close()
if (report.counts.fail > 0 || report.counts.pass < 50) throw new Error(JSON.stringify(report.counts))
if (!htmlReport([report]).includes('</html>')) throw new Error('no page')
`

/** A program against the types of `ws`, as CommonJS; packages/ws/test/types has one as an ES module. */
const wsTypes = `
import WebSocket = require('@hawser/ws')
const { WebSocketServer, Server } = WebSocket
export function server(): WebSocket.Server {
  const wss: WebSocket.WebSocketServer = new WebSocketServer({ port: 1 })
  const other: WebSocket.Server = new Server({ noServer: true })
  wss.on('connection', (socket: WebSocket, request) => {
    socket.on('message', (data: WebSocket.RawData) => socket.send(data.toString() + request.url))
  })
  WebSocket.createWebSocketStream(new WebSocket('ws://a.example', { handshakeTimeout: 1 } as WebSocket.ClientOptions)).end()
  const frame: Buffer[] = WebSocket.Sender.frame('x', { opcode: 1, fin: true })
  return frame.length > 0 ? other : (wss as WebSocket.Server)
}
`

const folder = mkdtempSync(join(tmpdir(), 'hawser-package-'))
try {
  const tarballs: string[] = []
  const entries: string[] = []
  const measured: string[] = []
  const versions = new Set<string>()
  const dependencies: [name: string, needed: object | undefined][] = []
  for (const path of packages) {
    const home = join(root, path)
    const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as Manifest
    if (manifest.name !== '@hawser/ws') versions.add(manifest.version)
    else if (!manifest.version.startsWith('8.')) complaints.push(`programs ask for ws 8; ${manifest.name} has the version ${manifest.version}`)
    dependencies.push([manifest.name, manifest.dependencies])
    const [packed] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], home)) as Packed[]
    if (packed === undefined) throw new Error('npm pack gave nothing')
    checkContents(manifest.name, home, packed)
    const tarball = join(folder, packed.filename)
    attempt(`publint ${manifest.name}`, () => run(join(root, 'node_modules/.bin/publint'), ['run', '--strict', tarball], root))
    attempt(`are the types of ${manifest.name} wrong`, () =>
      run(join(root, 'node_modules/.bin/attw'), [tarball, '--profile', manifest.name === '@hawser/ws' ? 'node16' : 'esm-only'], root),
    )
    tarballs.push(tarball)
    entries.push(...entriesOf(manifest))
    measured.push(`${manifest.name}: ${packed.files.length} files, ${packed.size} bytes packed, ${packed.unpackedSize} unpacked`)
  }
  for (const [name, needed] of dependencies) {
    const allowed = name === '@hawser/ws' ? { hawser: [...versions][0] } : undefined
    if (!isDeepStrictEqual(needed, allowed)) complaints.push(`${name} depends on ${JSON.stringify(needed)}, not on ${JSON.stringify(allowed)}`)
  }
  if (versions.size > 1) complaints.push(`the packages have different versions: ${[...versions].join(', ')}`)

  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true }')
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs, '@types/node@20'], folder)

  const echo = (load: string): string => `
${load}
const server = await hawser.serve({ port: 0, subprotocols: { soap: hawser.text() }, message(socket, data) { socket.send(data) } })
const socket = await hawser.connect(server.url, { subprotocols: ['soap'] })
socket.send('hello')
for await (const message of socket) { if (message !== 'hello' || socket.subprotocol !== 'soap') throw new Error('no echo'); break }
await socket.close(1000, 'done')
await server.close()
`
  writeFileSync(join(folder, 'esm.mjs'), echo("import * as hawser from 'hawser'"))
  writeFileSync(join(folder, 'cjs.cjs'), `(async () => {${echo("const hawser = require('hawser')")}})()`)
  const imports = entries.map(
    (entry, index) => `import * as entry${index} from '${entry}'\nif (Object.keys(entry${index}).length === 0) throw new Error('${entry} is empty')`,
  )
  writeFileSync(join(folder, 'entries.mjs'), imports.join('\n'))
  attempt('echo from ESM', () => run(process.execPath, ['esm.mjs'], folder))
  attempt('echo from require()', () => run(process.execPath, ['--no-warnings', 'cjs.cjs'], folder))
  attempt('every entry point', () => run(process.execPath, ['entries.mjs'], folder))
  attempt('every entry point as bundlers load it', () => run(process.execPath, ['--conditions=module', 'entries.mjs'], folder))
  const command = (name: string, ...args: string[]): string => run(join(folder, 'node_modules/.bin', name), args, folder)
  attempt('the command hawser', () => command('hawser', '--version'))
  writeFileSync(
    join(folder, 'page.mjs'),
    `import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
const server = spawn('node_modules/.bin/hawser', ['serve', '--inspect', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
for await (const line of createInterface({ input: server.stdout })) {
  const [, page] = /^page (http:.*)$/.exec(line) ?? []
  if (page === undefined) continue
  const html = await (await fetch(page)).text()
  const files = [...html.matchAll(/(?:src|href)="([\\w.]+\\.(?:js|css))"/g)].map(([, path]) => path)
  if (files.length < 2) throw new Error('the page names no files')
  for (const file of files) {
    const response = await fetch(new URL(file, page))
    if (!response.ok) throw new Error(file + ' is missing')
    for (const [, name] of (await response.text()).matchAll(/from '\\.\\/([\\w.]+)'/g)) if (!files.includes(name)) files.push(name)
  }
  break
}
server.kill()
`,
  )
  attempt('the page of hawser serve --inspect', () => run(process.execPath, ['page.mjs'], folder))
  const ws = `
const ends = [new WebSocketServer({ port: 0 }, () => ends.push(new WebSocket('ws://127.0.0.1:' + ends[0].address().port)) && ends[1].on('message', (data) => {
  if (String(data) !== 'hello') throw new Error('no greeting')
  process.exit(0)
}))]
ends[0].on('connection', (socket) => socket.send('hello'))
setTimeout(() => { throw new Error('no message') }, 5000)`
  writeFileSync(join(folder, 'ws.mjs'), `import WebSocket, { WebSocketServer } from '@hawser/ws'${ws}`)
  writeFileSync(join(folder, 'ws.cjs'), `const WebSocket = require('@hawser/ws')\nconst { WebSocketServer } = WebSocket${ws}`)
  attempt('@hawser/ws from ESM', () => run(process.execPath, ['ws.mjs'], folder))
  attempt('@hawser/ws from require()', () => run(process.execPath, ['--no-warnings', 'ws.cjs'], folder))
  attempt('the command hawser-conformance', () => command('hawser-conformance', 'server', '--list'))
  attempt('hawser conformance', () => command('hawser', 'conformance', 'client', '--list'))
  const data = "if (require('@hawser/conformance/requirements.json').length < 100) throw new Error('no requirements')"
  attempt('the requirements as data', () => run(process.execPath, ['--eval', data], folder))
  writeFileSync(join(folder, 'suite.mjs'), suite)
  attempt('the suite against the server', () => run(process.execPath, ['suite.mjs'], folder))
  attempt('a private path', () => {
    try {
      run(process.execPath, ['--input-type=module', '--eval', "await import('hawser/dist/index.js')"], folder)
    } catch {
      return
    }
    throw new Error('hawser/dist/index.js can be imported')
  })

  const use = `
const server = await serve({ port: 0, subprotocols: { soap: text() }, message(socket, message, subprotocol) {
  if (subprotocol === 'soap') socket.send(message.toUpperCase())
} })
const socket = await connect(server.url, { subprotocols: { soap: text() } })
if (socket.subprotocol === 'soap') socket.send('text')
await socket.close()
`
  writeFileSync(
    join(folder, 'types.mts'),
    `import { connect, serve, text } from 'hawser'\n${imports.map((line) => line.split('\n')[0]).join('\n')}\n${use}\nexport { ${entries.map((_, index) => `entry${index}`).join(', ')} }`,
  )
  writeFileSync(
    join(folder, 'types.cts'),
    `import hawser = require('hawser')\nconst { connect, serve, text } = hawser\nexport async function main(): Promise<void> {${use}}`,
  )
  writeFileSync(join(folder, 'ws.cts'), wsTypes)
  for (const lib of ['ES2023', 'ES2023,DOM']) {
    attempt(`types with lib ${lib}`, () =>
      run(
        process.execPath,
        [
          join(root, 'node_modules/typescript/bin/tsc'),
          '--noEmit',
          '--strict',
          '--target',
          'ES2023',
          '--lib',
          lib,
          '--types',
          'node',
          '--module',
          'NodeNext',
          'types.mts',
          'types.cts',
          'ws.cts',
        ],
        folder,
      ),
    )
  }
  conclude('package', complaints, `${measured.join('; ')}; ${entries.length} entry points`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
