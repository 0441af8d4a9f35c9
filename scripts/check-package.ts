/** The package as users get it: packed, installed in an empty folder, imported, required, type-checked, measured. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { conclude, root } from './sources.ts'

/** Ceilings, about a fifth above what was measured when they were last changed. */
const ceilings = { packedBytes: 450_000, unpackedBytes: 1_600_000 }

const home = join(root, 'packages/hawser')
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

const folder = mkdtempSync(join(tmpdir(), 'hawser-package-'))
try {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], home)) as {
    filename: string
    size: number
    unpackedSize: number
    files: { path: string }[]
  }[]
  if (packed === undefined) throw new Error('npm pack gave nothing')
  const tarball = join(folder, packed.filename)
  for (const { path } of packed.files) {
    if (!/^(dist\/|package\.json$|README\.md$|LICENSE$|CHANGELOG\.md$)/.test(path)) complaints.push(`${path} is packed`)
    if (/\.test\.|(^|\/)test\/|tsbuildinfo|bench\//.test(path)) complaints.push(`${path} is packed: a test or a leftover`)
  }
  if (packed.size > ceilings.packedBytes) complaints.push(`packed size ${packed.size} is above ${ceilings.packedBytes}`)
  if (packed.unpackedSize > ceilings.unpackedBytes) complaints.push(`unpacked size ${packed.unpackedSize} is above ${ceilings.unpackedBytes}`)

  const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { exports: Record<string, string>; dependencies?: object }
  if (manifest.dependencies !== undefined) complaints.push('package.json has runtime dependencies')
  const entries = Object.keys(manifest.exports)
    .filter((entry) => entry !== './package.json')
    .map((entry) => entry.replace(/^\./, 'hawser'))

  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true }')
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', tarball, '@types/node@20'], folder)
  const installed = join(folder, 'node_modules', 'hawser')
  statSync(join(installed, 'dist/index.d.ts'))

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
  attempt('the command', () => run(join(folder, 'node_modules/.bin/hawser'), ['--version'], folder))
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
        ],
        folder,
      ),
    )
  }
  attempt('publint', () => run(join(root, 'node_modules/.bin/publint'), ['run', '--strict', tarball], root))
  attempt('are the types wrong', () => run(join(root, 'node_modules/.bin/attw'), [tarball, '--profile', 'esm-only'], root))
  conclude(
    'package',
    complaints,
    `${packed.files.length} files, ${packed.size} bytes packed, ${packed.unpackedSize} unpacked, ${entries.length} entry points`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
