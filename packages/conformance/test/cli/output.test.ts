import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Pins, SuiteReport } from '../../src/index.ts'
import { CommandProcess, runCommand } from './command-process.ts'
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
})

test('a file that cannot be written is found before the run', async () => {
  for (const option of ['json', 'junit', 'html', 'markdown', 'write-expect']) {
    for (const file of [place('no/such/file'), place('.')]) {
      const { code, stdout, stderr } = await runCommand('server', 'ws://127.0.0.1:1/', `--${option}`, file)
      assert.match(stderr, new RegExp(`option --${option}: cannot write `))
      assert.deepEqual([code, stdout], [2, ''])
    }
  }
  const twice = await runCommand('server', 'ws://127.0.0.1:1/', '--json', place('same'), '--html', place('same'))
  assert.match(twice.stderr, /options --json and --html name the same file/)
  assert.equal(twice.code, 2)
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

test('--markdown writes a file for a pull request, and --expect decides what JUnit calls a failure', async () => {
  const only = ['--only', 'handshake/version']
  await withServer(['version-lenient-number'], async (url) => {
    await runCommand('server', url, ...only, '--write-expect', place('known.json'))
    const { code } = await runCommand(
      'server',
      url,
      ...only,
      '--expect',
      place('known.json'),
      '--junit',
      place('known.xml'),
      '--markdown',
      place('known.md'),
    )
    assert.equal(code, 0)
  })
  assert.match(readFileSync(place('known.xml'), 'utf8'), /failures="0"/)
  assert.match(readFileSync(place('known.md'), 'utf8'), /^## WebSocket conformance\n/)
})

test('expectations of another version of the suite are named as such', async () => {
  writeFileSync(place('old.json'), JSON.stringify({ format: 'hawser-conformance-expectations-2', suite: '0.0.1', results: {} }))
  const { stdout } = await withServer([], (url) => runCommand('server', url, '--only', 'framing/length/text-1', '--expect', place('old.json')))
  assert.match(stdout, /^the expectations were written by version 0\.0\.1 of the suite; this is \d/m)
})

test('--github, or GITHUB_ACTIONS, prints annotations; no other line is a workflow command', async () => {
  await withServer(['version-lenient-number'], async (url) => {
    const args = ['server', url, '--only', 'handshake/version', '-v']
    const { stdout } = await runCommand(...args, '--github')
    assert.match(stdout, /^::error title=ws%3A/m)
    using quiet = new CommandProcess(args, { GITHUB_ACTIONS: '' })
    assert.doesNotMatch((await quiet.ended).stdout, /^::/m)
    using inActions = new CommandProcess(args, { GITHUB_ACTIONS: 'true' })
    assert.match((await inActions.ended).stdout, /^::error title=ws%3A/m)
  })
  const stopped = await runCommand('server', 'ws://127.0.0.1:1/', '--github')
  assert.match(stopped.stdout, /^::error title=Conformance::nothing listens at 127\.0\.0\.1:1/)
})

test('a reader that leaves in the middle of a large output gets no complaint and changes no exit code', async () => {
  const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
  const child = spawn('bash', ['-c', `"${process.execPath}" "${main}" server --list --json - | head -c 10; echo " \${PIPESTATUS[0]}"`])
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => said.push(text))
  await once(child, 'close')
  assert.match(said.join(''), /^\[\n \{\n {2}"id? 0\n$/)
})

test('an old pin list is carried over: numbers select cases, the index of the Autobahn|Testsuite is an expectation, --profile has all of them', async () => {
  const listed = await runCommand('server', '--list', '--profile', 'autobahn', '--exclude', '6.*')
  assert.match(listed.stdout, /^framing\/length\/text-125 /m)
  assert.doesNotMatch(listed.stdout, /^(?:handshake|http2|utf8\/bad)\//m)
  writeFileSync(place('index.json'), JSON.stringify({ old: { '2.5': { behavior: 'FAILED' }, '2.1': { behavior: 'OK' } } }))
  await withServer(['control-limits-unchecked'], async (url) => {
    const { code, stdout } = await runCommand('server', url, '--only', '2.1', '--only', '2.5', '--expect', place('index.json'))
    assert.match(stdout, /: 1 pass, \d+ fail; .*as expected$/m)
    assert.equal(code, 0)
  })
  const unknown = await runCommand('server', '--list', '--only', '14.1')
  assert.match(unknown.stderr, /option --only: no case matches "14\.1"/)
})

test('an expectation for an id that no case has ends with 1, and is named in every report', async () => {
  const file = place('misspelled.json')
  writeFileSync(file, JSON.stringify({ format: 'hawser-conformance-expectations-2', suite: '0.1.0', results: { 'utf8/bad/nosuch': 'fail' } }))
  const { code, stdout } = await withServer([], (url) =>
    runCommand(
      'server',
      url,
      '--only',
      'framing/length/text-1',
      '--expect',
      file,
      '--junit',
      place('nosuch.xml'),
      '--markdown',
      place('nosuch.md'),
      '--github',
    ),
  )
  assert.match(stdout, /^changed {2}utf8\/bad\/nosuch: expected fail, seen no case has this id$/m)
  assert.match(stdout, /: 1 pass; 1 changed$/m)
  assert.match(stdout, /^::error .*::expected fail, seen no case has this id$/m)
  assert.match(readFileSync(place('nosuch.xml'), 'utf8'), /failures="1".*<failure message="expected fail, seen no case has this id">/s)
  assert.match(readFileSync(place('nosuch.md'), 'utf8'), /\| `utf8\/bad\/nosuch` \| fail \| `no case has this id` \|/)
  assert.equal(code, 1)
})
