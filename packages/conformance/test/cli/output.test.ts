import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Pins, SuiteReport } from '../../src/index.ts'
import { runCommand } from './command-process.ts'
import { json, place, withServer } from './fixtures.ts'

test('many cases with one root cause are said to be one defect', async () => {
  const { stdout } = await withServer(['utf8-unchecked'], (url) => runCommand('server', url, '--only', 'utf8/bad', '--json', '-'))
  const { defects, counts, tiers } = json<SuiteReport>(stdout)
  assert.deepEqual([defects.map(({ id, cases }) => [id, cases.length]), tiers], [[['utf8/text/not-refused', counts.fail]], { http1: counts }])
  const text = await withServer(['utf8-unchecked'], (url) => runCommand('server', url, '--only', 'utf8/bad'))
  assert.match(text.stdout, /^fail {2}\d+ cases have one cause: the validation of text as UTF-8: .* \(RFC 6455 section 8\.1\)$/m)
  assert.match(text.stdout, /: \d+ fail; 1 defect in \d+ cases$/m)
})

test('cases over HTTP/2 are counted apart', async () => {
  const { stdout } = await withServer([], (url) => runCommand('server', url, '--only', '*/text-1'))
  assert.match(stdout, /: 1 cases in [\d.]+ s: 1 pass; HTTP\/2 not tried$/m)
})

test('the reports are written where they are asked for', async () => {
  await withServer([], (url) =>
    runCommand('server', url, '--only', 'handshake/host', '--json', place('json'), '--junit', place('junit'), '--html', place('html')),
  )
  assert.equal(json<SuiteReport>(readFileSync(place('json'), 'utf8')).format, 'hawser-conformance-1')
  assert.match(readFileSync(place('junit'), 'utf8'), /^<\?xml/)
  assert.match(readFileSync(place('html'), 'utf8'), /^<!doctype html>.*<style>.*<script type="module">\n/s)
  const unwritable = await withServer([], (url) => runCommand('server', url, '--only', 'handshake/host', '--html', place('no/such/file')))
  assert.match(unwritable.stderr, /option --html: cannot write/)
  assert.equal(unwritable.code, 2)
})

test('expectations that were written are met, and a change ends with 1', async () => {
  const file = place('expect.json')
  const only = ['--only', 'handshake/version']
  await withServer(['version-lenient-number'], async (url) => {
    assert.equal((await runCommand('server', url, ...only, '--write-expect', file)).code, 1)
    const pins = json<Pins>(readFileSync(file, 'utf8'))
    assert.equal(pins.results?.['handshake/version/version-0xD'], 'fail')
    const met = await runCommand('server', url, ...only, '--expect', file)
    assert.match(met.stdout, /; as expected$/m)
    assert.equal(met.code, 0)
  })
  const { code, stdout } = await withServer([], (url) => runCommand('server', url, ...only, '--expect', file))
  assert.match(stdout, /^changed {2}handshake\/version\/version-0xD: expected fail, seen pass: as expected$/m)
  assert.equal(code, 1)
  writeFileSync(place('nonsense.json'), '{}')
  const nonsense = await runCommand('server', 'ws://127.0.0.1:1/', '--expect', place('nonsense.json'))
  assert.match(nonsense.stderr, /option --expect: .*nonsense\.json: an expectations file has/)
  assert.equal(nonsense.code, 2)
})

test('a reader that goes away changes no exit code, and nothing is printed about it', async () => {
  await withServer(['version-lenient-number'], async (url) => {
    const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
    const child = spawn(process.execPath, [main, 'server', url, '--only', 'handshake/version', '-v'], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    const errors: string[] = []
    child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text))
    assert.deepEqual(await once(child, 'close'), [1, null])
    assert.deepEqual(errors, [])
  })
})
