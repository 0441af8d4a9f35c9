import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Pins, SuiteReport } from '../../src/index.ts'
import { runDoubleClient } from '../doubles/client.ts'
import { dataOf } from '../report/packed.ts'
import { runCommand, serveCases } from './command-process.ts'
import { json, only, place } from './fixtures.ts'

const cases = only('framing/length/text-1', 'utf8/bad/bad-byte-ff')
const runAll = async (base: string, agent: string, mutants: readonly string[] = []): Promise<void> => {
  for (const number of [1, 2]) await runDoubleClient(`${base}/runCase?case=${number}&agent=${agent}`, { mutants })
}
const askForReport = (base: string, agent: string): Promise<void> => runDoubleClient(`${base}/updateReports?agent=${agent}`)

test('--once ends with 0 when the only client has its report', async () => {
  const { process: command, base } = await serveCases('--once', '--host', 'localhost', ...cases)
  await runAll(base, 'good')
  await askForReport(base, 'good')
  const { code, stdout } = await command.ended
  assert.match(stdout, /^good: 2 cases in [\d.]+ s: 2 pass$/m)
  assert.equal(code, 0)
})

test('a case that the client never ran ends with 1', async () => {
  const { process: command, base } = await serveCases('--once', ...cases, '--junit', place('lost.xml'))
  await runDoubleClient(`${base}/runCase?case=1&agent=hasty`)
  await askForReport(base, 'hasty')
  const { code, stdout } = await command.ended
  assert.match(stdout, /^hasty: 2 cases in [\d.]+ s: 1 pass, 1 not-run$/m)
  assert.match(readFileSync(place('lost.xml'), 'utf8'), /errors="1".*<error message="not run"\/>/s)
  assert.equal(code, 1)
})

test('with two clients --once waits for both, both count, and both are in every file', async () => {
  const files = ['json', 'junit', 'html', 'write-expect'].flatMap((name) => [`--${name}`, place(`two.${name}`)])
  const { process: command, base } = await serveCases('--once', ...cases, ...files)
  await Promise.all([runAll(base, 'wrong', ['utf8-unchecked']), runAll(base, 'right')])
  await askForReport(base, 'wrong')
  await askForReport(base, 'right')
  const { code, stdout } = await command.ended
  assert.match(stdout, /^wrong: 2 cases in [\d.]+ s: 1 pass, 1 fail; 1 defect in 1 case$/m)
  assert.match(stdout, /^right: 2 cases in [\d.]+ s: 2 pass$/m)
  assert.equal(code, 1)
  const written = json<{ reports: SuiteReport[] }>(readFileSync(place('two.json'), 'utf8'))
  assert.deepEqual(
    written.reports.map(({ subject, counts }) => [subject, counts.pass]),
    [
      ['wrong', 1],
      ['right', 2],
    ],
  )
  assert.match(readFileSync(place('two.junit'), 'utf8'), /name="wrong: utf8\/bad".*name="right: utf8\/bad"/s)
  assert.deepEqual(
    dataOf(readFileSync(place('two.html'), 'utf8')).reports.map(({ subject }) => subject),
    ['wrong', 'right'],
  )
  const pins = json<Pins>(readFileSync(place('two.write-expect'), 'utf8'))
  assert.deepEqual(pins.agents, { wrong: { 'utf8/bad/bad-byte-ff': 'fail' }, right: {} })
})

test('an interrupt judges the clients that have not asked for their report', async () => {
  const { process: command, base } = await serveCases(...cases)
  await runAll(base, 'silent', ['utf8-unchecked'])
  command.child.kill('SIGINT')
  const { code, stdout } = await command.ended
  assert.match(stdout, /^silent: 2 cases in [\d.]+ s: 1 pass, 1 fail; 1 defect in 1 case$/m)
  assert.equal(code, 1)
})

test('an interrupt before any client came ends with 3', async () => {
  const { process: command } = await serveCases(...cases)
  command.child.kill('SIGTERM')
  const { code, stderr } = await command.ended
  assert.deepEqual([code, stderr], [3, 'no client ran a case\n'])
})

test('a port that is taken ends with 3', async () => {
  const { process: command, base } = await serveCases(...cases)
  const second = await runCommand('client', '-p', new URL(base).port)
  assert.match(second.stderr, /^cannot listen on 127\.0\.0\.1 port \d+: .*EADDRINUSE/)
  assert.equal(second.code, 3)
  command.child.kill('SIGTERM')
  await command.ended
})
