/**
 * `hawser doctor` through proxies that are configured right and in the usual wrong ways: for every wrong way it names the cause. The table of docs/doctor.md has
 * what it said of each; `HAWSER_DOCTOR_TABLE=write` writes the table anew, where all of the programs are installed.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { after, before, describe, test } from 'node:test'
import { missing } from '../../../../scripts/optional.ts'
import { read, root } from '../../../../scripts/sources.ts'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { runHere } from '../cli/memory-io.ts'
import { apache } from './proxies/apache.ts'
import { caddy } from './proxies/caddy.ts'
import type { ProxyCase, ProxyProgram } from './proxies/case.ts'
import { haproxy } from './proxies/haproxy.ts'
import { nginx } from './proxies/nginx.ts'
import { startBackends, startProxy } from './proxies/start.ts'

const page = 'docs/doctor.md'
const programs = [nginx, apache, haproxy, caddy]
const authorityFile = join(root, 'packages/hawser/test/certificates/authority.crt')
const writes = process.env['HAWSER_DOCTOR_TABLE'] === 'write'
const rows = new Map<ProxyCase, string>()

interface Report {
  readonly works: boolean
  readonly observations: { readonly handshakes: Readonly<Record<string, { readonly outcome: string }>> }
  readonly findings: readonly { readonly id: string; readonly severity: string; readonly title: string; readonly exit: number }[]
}

const rowOf = (name: string, { wrong }: ProxyCase, says: string): string => `| ${name} | ${wrong} | ${says} |`

async function examine({ scheme = 'ws', args = ['--no-idle'] }: ProxyCase, port: number) {
  const { code, stdout, stderr } = await runHere([
    'doctor',
    '--json',
    '--timeout',
    '4s',
    '--large',
    '70000',
    ...(scheme === 'wss' ? ['--ca', authorityFile] : []),
    ...(args.includes('--idle') ? [] : ['--no-idle']),
    ...args.filter((argument) => argument !== '--no-idle'),
    `${scheme}://127.0.0.1:${port}/chat`,
  ])
  assert.equal(stderr, '')
  const report = JSON.parse(stdout) as Report
  return { code, report, found: report.findings.find(({ severity }) => severity !== 'note') }
}

describe('hawser doctor names what is wrong with', { concurrency: 1 }, () => {
  let places: Awaited<ReturnType<typeof startBackends>>
  before(async () => {
    places = await startBackends()
  })
  after(() => places[Symbol.asyncDispose]())

  for (const program of programs) {
    describe(program.name, { skip: missing(program.program), concurrency: 4, timeout: 60_000 }, () => {
      let proxy: Awaited<ReturnType<typeof startProxy>>
      before(async () => {
        proxy = await startProxy(program, places)
      })
      after(() => proxy[Symbol.asyncDispose]())

      program.cases.forEach((one, index) => {
        test(`${one.wrong}: ${one.finding ?? 'it works'}`, async () => {
          const { code, report, found } = await examine(one, proxy.ports[index] ?? 0)
          assert.equal(found?.id, one.finding, JSON.stringify(report, undefined, 1))
          assert.equal(code, found?.exit ?? exitCodes.clean)
          if (one.overHttp2 !== undefined) assert.equal(report.observations.handshakes['http2-browser']?.outcome === 'opened', one.overHttp2)
          const row = rowOf(
            program.name,
            one,
            found === undefined ? 'it works' : `[${found.id}](#${found.id}): ${found.title.replace(/127\.0\.0\.1:\d+/, '127.0.0.1')}`,
          )
          rows.set(one, row)
          if (!writes) assert.ok(read(page).includes(`\n${row}\n`), `${page} has another row for this, now:\n${row}`)
        })
      })
    })
  }

  after(() => {
    if (writes) writeTable(programs)
  })
})

test('the table of docs/doctor.md has a row for each configuration, and no other', () => {
  const written = [...tableOf(read(page)).matchAll(/^\| ([^|]+) \| ((?:\\\||[^|])+) \| /gm)].slice(1).map(([, name, wrong]) => `${name}: ${wrong}`)
  if (!writes)
    assert.deepEqual(
      written,
      programs.flatMap(({ name, cases }) => cases.map(({ wrong }) => `${name}: ${wrong}`)),
    )
})

function tableOf(text: string): string {
  return /<!-- configurations -->\n([^]*?)<!-- end -->/.exec(text)?.[1] ?? ''
}

function writeTable(all: readonly ProxyProgram[]): void {
  const lines = all.flatMap(({ cases }) => cases.map((one) => rows.get(one) ?? ''))
  const table = ['| in between | what is wrong | what the doctor says |', '|---|---|---|', ...lines].join('\n')
  writeFileSync(join(root, page), read(page).replace(/(<!-- configurations -->\n)[^]*?(<!-- end -->)/, `$1${table}\n$2`))
}
