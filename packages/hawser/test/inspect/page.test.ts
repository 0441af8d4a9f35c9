import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { localhost } from '../certificates/index.ts'
import { MemoryCli } from '../cli/memory-io.ts'
import { launchChromium, skipReason } from './chromium.ts'

const tabs = ['Handshake', 'Frames', 'Closing', 'Charts', 'Code']
const pageFolder = new URL('../../src/inspect/page/', import.meta.url)

describe('the files of the page', () => {
  test('every label has a control, and ids are unique', () => {
    const html = readFileSync(new URL('index.html', pageFolder), 'utf8')
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1])
    assert.equal(new Set(ids).size, ids.length)
    for (const [, id] of html.matchAll(/\s(?:for|aria-labelledby|aria-describedby|aria-controls)="([^"]+)"/g)) assert.ok(ids.includes(id), id)
  })

  test('scripts use only ids of the page and set no markup', () => {
    const html = readFileSync(new URL('index.html', pageFolder), 'utf8')
    for (const file of readdirSync(pageFolder).filter((name) => name.endsWith('.js'))) {
      const script = readFileSync(new URL(file, pageFolder), 'utf8')
      for (const [, id] of script.matchAll(/\b(?:element|field|button|suggest)\('([^']+)'/g))
        assert.ok(html.includes(` id="${id}"`), `${file}: ${id}`)
      assert.doesNotMatch(script, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/)
    }
  })
})

const folder = mkdtempSync(join(tmpdir(), 'hawser-page-'))
const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
writeFileSync(cert, localhost.cert)
writeFileSync(key, localhost.key)
after(() => rmSync(folder, { recursive: true }))

describe('the page in Chromium', { skip: skipReason, concurrency: 4 }, () => {
  let browser: Browser
  let cli: MemoryCli
  let origin: string

  before(async () => {
    cli = new MemoryCli(['serve', '--inspect', '--port', '0', '--grace', '0'])
    origin = (await cli.sees(/^page (http:\S+)\/\n/m))[1] ?? ''
    browser = await launchChromium()
  })
  after(async () => {
    await browser?.close()
    await cli[Symbol.asyncDispose]()
  })

  /** A page of its own, which must not complain nor load anything from elsewhere. */
  async function onPage(use: (page: Page) => Promise<void>): Promise<void> {
    const page = await browser.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      // Chromium itself logs each handshake that fails
      if (message.type() === 'error' && !/^WebSocket connection to/.test(message.text())) complaints.push(message.text())
    })
    page.on('request', (request) => {
      if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith('data:')) complaints.push(`it loads ${request.url()}`)
    })
    await page.goto(`${origin}/`)
    await use(page)
    await page.close()
    assert.deepEqual(complaints, [])
  }

  const connect = async (page: Page, subprotocols: string): Promise<void> => {
    await page.getByLabel('Subprotocols to offer').fill(subprotocols)
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
  }
  const line = (page: Page, list: 'request' | 'response', name: string) =>
    page.locator(`#${list} li`).filter({ has: page.locator('.name', { hasText: new RegExp(`^${name}$`) }) })
  const entry = (page: Page, what: string) =>
    page.locator('#timeline li').filter({ has: page.locator('.what', { hasText: new RegExp(`^${what}$`) }) })
  const attribute = (page: Page) => page.locator('#state').getAttribute('data-state')

  test('connects with a subprotocol and shows request, response and the accept computation', () =>
    onPage(async (page) => {
      await connect(page, 'not-declared, superchat, chat')
      await entry(page, 'open').waitFor()
      assert.match(await entry(page, 'open').innerText(), /subprotocol superchat/)
      await page.locator('#verdict').waitFor()
      assert.match(await page.locator('#verdict').innerText(), /selected the subprotocol superchat/)
      assert.equal(
        await line(page, 'request', 'Sec-WebSocket-Protocol').locator('code').innerText(),
        'Sec-WebSocket-Protocol: not-declared, superchat, chat',
      )
      assert.match(await line(page, 'request', 'Sec-WebSocket-Protocol').innerText(), /first match is superchat/)
      assert.equal(await line(page, 'request', 'Origin').locator('code').innerText(), `Origin: ${origin}`)
      assert.equal(await line(page, 'response', 'HTTP/1.1 101 Switching Protocols').count(), 1)
      assert.equal(await line(page, 'response', 'Sec-WebSocket-Protocol').locator('code').innerText(), 'Sec-WebSocket-Protocol: superchat')
      const accept = (await line(page, 'response', 'Sec-WebSocket-Accept').locator('code').innerText()).split(': ')[1] ?? ''
      const steps = await page.locator('#accept-steps').innerText()
      assert.ok(steps.includes(accept) && steps.includes('258EAFA5-E914-47DA-95CA-C5AB0DC85B11') && steps.includes('✓'), steps)
      for (const list of ['request', 'response'] as const) {
        const items = page.locator(`#${list} li`)
        const [count, cited] = [await items.count(), await items.filter({ has: page.locator('a[href^="https://"]') }).count()]
        assert.ok(count >= 4 && count === cited, `${cited} of ${count} lines of the ${list} say where it is written`)
      }
      await page.getByText('Exact bytes of the request').click()
      assert.deepEqual(await page.locator('#choices-list li').allInnerTexts(), [
        '✗ subprotocol not-declared\n\nThe server does not declare it.',
        '✓ subprotocol superchat\n\nThe response selects it.',
        '✗ subprotocol chat\n\nThe client prefers superchat, and one is selected at most.',
        '✓ extension permessage-deflate; client_max_window_bits\n\nAgreed as permessage-deflate; server_max_window_bits=12; client_max_window_bits=12.',
      ])
      assert.match(await page.locator('#request-raw').innerText(), /^GET \/\?inspect=[\da-f-]{36} HTTP\/1\.1\\r\\n\n/)
    }))

  test('sends and receives text and binary, and closes with code and reason', () =>
    onPage(async (page) => {
      await connect(page, 'chat')
      await entry(page, 'open').waitFor()
      await page.getByLabel('Message', { exact: true }).fill('Grüße <b>')
      await page.getByLabel('Message', { exact: true }).press('Control+Enter')
      await entry(page, 'received text').waitFor()
      assert.equal(await entry(page, 'received text').locator('code').innerText(), 'Grüße <b>')
      await page.getByLabel('Binary, in hexadecimal').check()
      await page.getByRole('button', { name: 'Send', exact: true }).click()
      assert.match(await page.locator('#send-problem').innerText(), /pairs of hexadecimal digits/)
      await page.getByLabel('Message', { exact: true }).fill('00 ff 7F')
      await page.getByRole('button', { name: 'Send', exact: true }).click()
      await entry(page, 'received binary').waitFor()
      assert.equal(await entry(page, 'received binary').locator('code').innerText(), '00 ff 7f (3 bytes)')

      await page.getByLabel('Close code').fill('1002')
      await page.getByRole('button', { name: 'Close', exact: true }).click()
      assert.match(await page.locator('#close-problem').innerText(), /only 1000 and 3000 to 4999/)
      await page.getByLabel('Close code').fill('4001')
      await page.getByLabel('Close reason').fill('é'.repeat(62))
      await page.getByRole('button', { name: 'Close', exact: true }).click()
      assert.match(await page.locator('#close-problem').innerText(), /123 bytes/)
      await page.getByLabel('Close reason').fill('enough')
      await page.getByRole('button', { name: 'Close', exact: true }).click()
      await entry(page, 'closed').waitFor()
      assert.equal(await entry(page, 'closed').locator('code').innerText(), '4001 "enough", clean')
      assert.equal(await attribute(page), 'CLOSED')
      await cli.sees(/^close \d+: closed 4001 "enough" by the peer$/m)
    }))

  test('shows the 101 without a subprotocol that the browser refuses, and why', () =>
    onPage(async (page) => {
      await page.getByRole('button', { name: 'not-declared', exact: true }).click()
      await page.getByRole('button', { name: 'Connect', exact: true }).click()
      await entry(page, 'closed').waitFor()
      await page.locator('#verdict').waitFor()
      assert.match(await page.locator('#verdict').innerText(), /declares none of not-declared.*a browser must fail/)
      assert.equal(await line(page, 'response', 'Sec-WebSocket-Protocol').count(), 0)
      assert.match(await entry(page, 'closed').innerText(), /1006, not clean/)
    }))

  test('says by which rule the browser refuses a name that is not a token, until the next handshake succeeds', () =>
    onPage(async (page) => {
      await connect(page, 'not a token')
      assert.match(await page.locator('#connect-problem').innerText(), /"not a token" is not a token.*RFC 6455 section 4\.1/)
      await connect(page, 'a, a')
      assert.match(await page.locator('#connect-problem').innerText(), /only once/)
      await connect(page, '')
      await page.locator('#verdict').waitFor()
      assert.equal(await page.locator('#connect-problem').innerText(), '')
      assert.match(await page.locator('#verdict').innerText(), /No subprotocol was offered/)
      assert.equal(await line(page, 'request', 'Sec-WebSocket-Protocol').count(), 0)
    }))

  test('works with the keyboard: Tab reaches every control', () =>
    onPage(async (page) => {
      await page.getByLabel('Path and query').focus()
      await page.keyboard.press('Tab')
      await page.keyboard.press('Control+A')
      await page.keyboard.type('chat')
      await page.keyboard.press('Enter')
      await entry(page, 'open').waitFor()
      const names = new Set<string>()
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press('Tab')
        names.add(await page.evaluate('document.activeElement.id || document.activeElement.textContent'))
      }
      for (const id of ['message', 'send', 'code', 'reason', 'close', 'timeline-log']) assert.ok(names.has(id), `${id} of ${[...names].join(', ')}`)
    }))

  for (const [what, args] of [
    ['over TLS', ['--tls-cert', cert, '--tls-key', key]],
    ['beyond loopback with --inspect-remote', ['--host', '0.0.0.0', '--inspect-remote']],
  ] as const) {
    test(`works ${what}, and lets the server drain`, async () => {
      await using other = new MemoryCli(['serve', '--inspect', '--port', '0', ...args])
      const url = (await other.sees(/^page (https?:\S+)\n/m))[1] ?? ''
      const page = await browser.newPage({ ignoreHTTPSErrors: true })
      await page.goto(url)
      await connect(page, 'chat')
      await entry(page, 'open').waitFor()
      await page.locator('#verdict').waitFor()
      assert.match(await page.locator('#verdict').innerText(), what === 'over TLS' ? /over HTTP\/2\./ : /over HTTP\/1\.1\./)
      other.io.interrupt('SIGTERM')
      await entry(page, 'closed').waitFor()
      assert.match(await entry(page, 'closed').innerText(), /1001 .*, clean/)
      assert.equal((await other.ended).code, 0)
      await page.close()
    })
  }

  test('axe has no findings, text has enough contrast in both schemes (WCAG 1.4.3), and a narrow window holds everything, on every tab', () =>
    onPage(async (page) => {
      await connect(page, 'chat')
      await page.locator('#verdict').waitFor()
      await page.getByRole('button', { name: 'Send', exact: true }).click()
      await page.getByRole('tab', { name: 'Frames' }).click()
      await page.locator('#frames li > button').first().click()
      await page.evaluate(axe.source)
      const contrast = readFileSync(new URL('contrast.js', import.meta.url), 'utf8')
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        // The scheme changes colours only.
        const rules = colorScheme === 'light' ? '{}' : "{ runOnly: ['color-contrast'] }"
        for (const tab of tabs) {
          await page.getByRole('tab', { name: tab }).click()
          const findings = await page.evaluate(
            `axe.run(${rules}).then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes.map((node) => node.target).join()))`,
          )
          assert.deepEqual(findings, [], `${tab}, ${colorScheme}`)
          assert.deepEqual(await page.evaluate(contrast), [], `${tab}, ${colorScheme}`)
        }
      }
      await page.setViewportSize({ width: 320, height: 700 })
      for (const tab of tabs) {
        await page.getByRole('tab', { name: tab }).click()
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320, tab)
      }
    }))

  test('tabs and lists work with the arrow keys, / finds, and filters hide', () =>
    onPage(async (page) => {
      await connect(page, 'chat')
      await page.locator('#verdict').waitFor()
      await page.evaluate(`new WebSocket('${origin.replace('http', 'ws')}/elsewhere?x=1') && 0`)
      await page.locator('#connections li', { hasText: '/elsewhere' }).waitFor()
      await page.getByRole('tab', { name: 'Handshake' }).focus()
      for (const [press, tab] of [
        ['ArrowRight', 'frames'],
        ['End', 'code'],
        ['ArrowRight', 'handshake'],
        ['ArrowLeft', 'code'],
        ['Home', 'handshake'],
      ] as const) {
        await page.keyboard.press(press)
        assert.equal(await page.evaluate('document.activeElement.id'), `tab-${tab}`)
        assert.equal(await page.locator(`#panel-${tab}`).isVisible(), true)
        assert.equal(await page.locator('[role=tabpanel]:visible').count(), 1)
      }
      await page.keyboard.press('/')
      await page.keyboard.type('elsewhere')
      const shown = page.locator('#connections li:visible')
      await page.waitForFunction("document.querySelectorAll('#connections li:not([hidden])').length === 1")
      assert.match(await page.locator('#found').innerText(), /^1 of \d+ connections$/)
      await shown.locator('button').focus()
      await page.keyboard.press('Enter')
      await page.locator('#details-title', { hasText: '/elsewhere' }).waitFor()
      await page.getByLabel('Search /').fill('')
      await page.getByLabel('Show').first().selectOption('FAILED')
      assert.equal(await shown.filter({ hasText: 'open' }).count(), 0)
      await page.getByLabel('Show').first().selectOption('all')
      await shown.first().locator('button').focus()
      await page.keyboard.press('ArrowDown')
      assert.equal(await page.evaluate("document.activeElement.closest('li') === document.querySelectorAll('#connections li')[1]"), true)
    }))
})
