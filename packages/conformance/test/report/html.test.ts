import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from 'node:test'
import { htmlReport, junitReport } from '../../src/index.ts'
import type { SuiteReport } from '../../src/index.ts'
import { launchChromium, skipReason } from '../../../hawser/test/inspect/chromium.ts'
import { report } from '../doubles/report.ts'
import { dataOf } from './packed.ts'

test('the page holds the report as data that nothing in it can break out of, and no address of another file', async () => {
  const wrong = await report(['version-lenient-number'], ['handshake/version/version-0xD'])
  const hostile = { ...wrong, subject: '</script><script>alert(1)</script>' }
  const html = htmlReport([hostile])
  assert.equal(html.match(/<\/script>/g)?.length, 2)
  assert.equal(dataOf(html).reports[0]?.subject, hostile.subject)
  assert.doesNotMatch(html, /(?:src|href)=/)
  assert.match(html, /<title>Conformance of &lt;\/script&gt;/)
})

test('in Chromium the report filters, searches, opens a case by its address, draws the exchange and compares two runs', {
  skip: skipReason,
}, async (t) => {
  const only = ['handshake/version', 'utf8/bad/bad-byte-ff']
  const wrong = await report(['utf8-unchecked', 'version-lenient-number'], only)
  const right = await report([], only)
  const folder = mkdtempSync(join(tmpdir(), 'report-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const address = pathToFileURL(file('report.html', htmlReport([wrong]))).href
  const other = file('other.json', JSON.stringify(right))
  const nonsense = file('nonsense.json', '{}')
  const browser = await launchChromium()
  t.after(() => browser.close())
  const page = await browser.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => errors.push(message.text()))
  const listed = (): Promise<number> => page.locator('nav button[data-id]:not(.home)').count()

  await page.goto(address)
  await page.locator('nav button.home').waitFor()
  assert.match(await page.locator('article').innerText(), /Overview[\s\S]*Defects of ws:[\s\S]*1 case · RFC 6455 section/)
  assert.equal(await listed(), wrong.counts.fail + wrong.counts.warn + wrong.counts.info)
  assert.match(await page.locator('#subject').innerText(), new RegExp(`\\d+ cases over HTTP/1\\.1 · .* · suite ${wrong.suite}, seed 1 · `))
  await page.getByRole('button', { name: /^pass/ }).click()
  assert.equal(await listed(), wrong.results.length)
  await page.fill('#search', 'byte-ff 8.1')
  assert.equal(await listed(), 1)
  await page.locator('nav button:not(.home)').click()
  const detail = await page.locator('article').innerText()
  assert.match(detail, /a text message instead of failing the connection/)
  assert.match(detail, /RFC 6455 section 8\.1/)
  assert.match(detail, /Text, masked, \d+ bytes/)
  assert.equal(await page.locator('article a').getAttribute('href'), 'https://www.rfc-editor.org/rfc/rfc6455.html#section-8.1')
  assert.match(page.url(), /#utf8%2Fbad%2Fbad-byte-ff$/)
  await page.fill('#search', '')
  await page.selectOption('#area', 'utf8/bad')
  assert.equal(await listed(), 1)
  await page.selectOption('#area', '')

  await page.setInputFiles('#other', other)
  await page
    .locator('#comparison')
    .getByText(/cases differ/)
    .waitFor()
  const changed = wrong.results.filter(({ outcome }, index) => right.results[index]?.outcome !== outcome)
  assert.equal(await listed(), changed.length)
  assert.match(await page.locator('nav').innerText(), /pass → fail/)
  await page.setInputFiles('#other', nonsense)
  await page
    .locator('#comparison')
    .getByText(/not a report of this suite/)
    .waitFor()
  await page.getByRole('button', { name: 'End comparison' }).click()
  assert.equal(await listed(), wrong.results.length)

  await page.goto(pathToFileURL(file('matrix.html', htmlReport([wrong, { ...right, subject: 'right' }]))).href)
  const cells = page.locator('.matrix tbody tr').first().locator('td')
  assert.match((await cells.allInnerTexts()).join(' | '), /^\d+ fail \| \d+$/)
  assert.deepEqual((await page.locator('.matrix thead th').allInnerTexts()).slice(2), ['right'])
  await cells.nth(1).locator('button').click()
  assert.equal(await page.locator('#agent').inputValue(), '1')
  assert.match(await page.locator('article h2').innerText(), /^handshake\/version\//)

  const odd: SuiteReport = { ...wrong, subject: '</script><img src=x onerror=alert(1)>\u0000\u2028' }
  await page.goto(`${pathToFileURL(file('odd.html', htmlReport([odd]))).href}#handshake%2Fversion%2Fversion-0xD`)
  assert.equal(await page.locator('article h2').innerText(), 'handshake/version/version-0xD')
  assert.equal(await page.locator('img').count(), 0)

  const cases = await page.evaluate(`(() => {
    const xml = new DOMParser().parseFromString(${JSON.stringify(junitReport([odd]))}, 'application/xml')
    const count = (name) => xml.querySelectorAll(name).length
    return [count('parsererror'), count('testcase'), count('failure'), count('skipped'), Number(xml.documentElement.getAttribute('tests'))]
  })()`)
  assert.deepEqual(cases, [0, wrong.results.length, wrong.counts.fail, wrong.counts.unsupported, wrong.results.length])
  assert.deepEqual(errors, [])
})
