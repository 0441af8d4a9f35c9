/** puppeteer-core with Chromium over CDP: a page's script, a 5 MB result, a screenshot, network events, the browser's end. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import puppeteer from 'puppeteer-core'
import { closed, listen } from '../help.js'

const site = createServer((_, response) => response.end('<title>page</title><h1>hello</h1>'))
const port = await listen(site)
const browser = await puppeteer.launch({ executablePath: process.env['HAWSER_CHROMIUM'] ?? 'chromium', args: ['--no-sandbox'], channel: undefined })
assert.match(browser.wsEndpoint(), /^ws:/)
const page = await browser.newPage()
const statuses = []
page.on('response', (response) => statuses.push(response.status()))
await page.goto(`http://127.0.0.1:${port}/`)
assert.equal(await page.title(), 'page')
assert.equal(statuses[0], 200)
assert.equal(await page.$eval('h1', (element) => element.textContent), 'hello')
assert.equal((await page.evaluate(() => 'x'.repeat(5_000_000))).length, 5_000_000)
assert.equal(await page.evaluate((text) => text.length, 'é'.repeat(200_000)), 200_000)
assert.deepEqual([...(await page.screenshot()).subarray(1, 4)], [...Buffer.from('PNG')])
const second = await puppeteer.connect({ browserWSEndpoint: browser.wsEndpoint() })
assert.ok((await second.pages()).length >= 2)
await second.disconnect()
await browser.close()
await closed(site)
