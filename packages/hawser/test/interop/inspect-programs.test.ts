/** The programs that the page leads on to run, against the server that they were made from. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { connect, permessageDeflate } from '../../src/index.ts'
import { inspect } from '../../src/inspect/index.ts'
import type { ConnectionReport } from '../../src/inspect/report.ts'
import { askPage, reportOf } from '../inspect/reports.ts'
import { openingRequest } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

const { programsFor } = (await import(new URL('../../src/inspect/page/programs.js', import.meta.url).href)) as any

/** Inside the package, so that `hawser` is the package itself, as built. */
const folder = fileURLToPath(new URL('../../.cache/inspect-programs/', import.meta.url))
mkdirSync(folder, { recursive: true })
after(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, code: string): string {
  const file = join(folder, name)
  writeFileSync(file, code)
  return file
}

interface Program {
  readonly title: string
  readonly code: string
}

async function run(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk))
  const [code] = (await once(child, 'close')) as [number]
  assert.equal(code, 0, output)
  return output
}

test('the server, the client and the tests of a handshake and of refusals run', { timeout: 60_000 }, async (t) => {
  const server = await serveFor(t, {
    paths: ['/chat'],
    subprotocols: ['chat', 'soap'],
    noSubprotocol: 'refuse',
    extensions: [permessageDeflate()],
    message: (socket, data) => void socket.send(data),
  })
  const page = inspect(server)
  await (await connect(`${server.url}chat`, { subprotocols: ['soap'], extensions: [permessageDeflate()] })).close()
  await assert.rejects(connect(`${server.url}no'"\\where`, { subprotocols: ['soap'] }))
  await assert.rejects(connect(`${server.url}chat`, { subprotocols: ['soap'], origin: 'https://evil.example' }))
  const raw = await server.client()
  const host = server.url.slice(5, -1)
  raw.write(openingRequest('/chat', { Host: host, 'Sec-WebSocket-Version': '7', 'X-Odd': "'\\${`é" }))
  await raw.response()
  const facts = await (await askPage(page, 'server')).json()
  const reports: ConnectionReport[] = await Promise.all([1, 2, 3, 4].map((id) => reportOf(page, id)))
  assert.deepEqual(
    reports.map(({ status }) => status),
    [101, 404, 403, 426],
  )
  const programs = reports.map((report) => programsFor(report, facts, false) as Program[])
  await Promise.all(programs.map(([, , program], index) => run('--test', write(`${index}.test.mjs`, program?.code ?? ''))))
  assert.match(programs[3]?.[2]?.code ?? '', /from 'node:net'/)
  assert.match(programs[2]?.[2]?.code ?? '', /origin: 'https:\/\/evil\.example'/)

  const [serverProgram, clientProgram] = programs[0] as [Program, Program]
  for (const { code } of [serverProgram, clientProgram]) {
    const statements = code
      .replaceAll(/\{[^}]*\}/g, '{}')
      .trim()
      .split('\n')
    assert.ok(statements.length <= 7, `five lines and an import:\n${code}`)
  }
  const child = spawn(process.execPath, [write('server.mjs', serverProgram.code.replace('port: 8080', 'port: 0'))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill())
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const client = clientProgram.code.replace(server.url, String(line).trim())
  assert.notEqual(client, clientProgram.code)
  assert.equal(await run(write('client.mjs', client)), 'hello\n')
})

test('values of a peer become string literals and nothing else', async (t) => {
  const server = await serveFor(t, { paths: ['/x'] })
  const page = inspect(server)
  for (const target of ["/'+process.exit(9)+'", '/`${process.exit(9)}`', '/"+process.exit(9)+"', '/\\', '/</script>']) {
    const client = await server.client()
    client.write(openingRequest(target, { 'Sec-WebSocket-Protocol': "a'b" }))
    await client.response()
  }
  const facts = await (await askPage(page, 'server')).json()
  for (let id = 1; id <= 5; id++) {
    for (const { code } of programsFor(await reportOf(page, id), facts, false) as Program[]) {
      const { status, stderr } = spawnSync(process.execPath, ['--check', write('check.mjs', code)], { encoding: 'utf8' })
      assert.equal(status, 0, `${code}\n${stderr}`)
      assert.doesNotMatch(code.replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, ''), /exit/, code)
    }
  }
})
