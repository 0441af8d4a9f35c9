/** The page of `client --port`, opened in a real browser: cases for a client, played against Chromium. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { SuiteReport } from '../../src/index.ts'
import { launchChromium, skipReason } from '../../../hawser/test/inspect/chromium.ts'
import { serveCases } from '../cli/command-process.ts'
import { json, only, place } from '../cli/fixtures.ts'

test('a browser that opens the page is judged in every case that it runs, and --once ends with its report', {
  skip: skipReason,
  timeout: 240_000,
}, async (t) => {
  const areas = only('request', 'masking', 'framing/length', 'control/ping-pong', 'fragmentation/good', 'utf8/good')
  const { process: command, base } = await serveCases('--once', ...areas, '--json', place('browser.json'))
  t.after(() => command[Symbol.dispose]())
  const browser = await launchChromium()
  t.after(() => browser.close())
  const page = await browser.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto(base.replace('ws:', 'http:'))
  await page.waitForFunction("document.title === 'done'", undefined, { timeout: 200_000 })
  assert.match(await page.locator('#state').innerText(), /^Done: \d+ cases\. The terminal that serves this page shows the results\.$/)
  const { code, stdout } = await command.ended
  const report = json<SuiteReport>(readFileSync(place('browser.json'), 'utf8'))
  assert.match(report.subject, /^Chrome\/\d+/)
  assert.deepEqual([report.counts.fail, report.counts['not-run'], code], [0, 0, 0], stdout)
  assert.ok(report.counts.pass > 150, stdout)
  assert.deepEqual(errors, [])
})
