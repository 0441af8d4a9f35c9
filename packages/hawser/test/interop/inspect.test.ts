/** A person follows connections of an application's own server on the page of `inspect`, in Chromium. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { connect, permessageDeflate, serve } from '../../src/index.ts'
import type { ListeningServer, ServeOptions } from '../../src/index.ts'
import { inspect } from '../../src/inspect/index.ts'
import type { Inspection, InspectOptions } from '../../src/inspect/index.ts'
import { MemoryCli } from '../cli/memory-io.ts'
import { launchChromium, skipReason } from '../inspect/chromium.ts'
import { clientFrame, openingRequest, RawClient } from '../peers/raw-client.ts'
import { harProblems } from './har-schema.ts'

let browser: Browser | undefined
before(async () => {
  if (skipReason === false) browser = await launchChromium()
})
after(() => browser?.close())

interface Mounted {
  readonly server: ListeningServer
  readonly page: Page
  raw(target: string, fields?: Record<string, string>): Promise<RawClient>
}

/** A server with the page below /inspect, and the page. It must not complain, nor load anything from elsewhere. */
async function mount(t: TestContext, options: ServeOptions<any> = {}, inspected: InspectOptions = {}): Promise<Mounted> {
  const server = await serve({
    extensions: [permessageDeflate()],
    message: (socket, data) => void socket.send(data),
    ...options,
    request: (request, response) => {
      if (!inspection.request(request, response)) response.writeHead(404).end()
    },
  })
  const inspection: Inspection = inspect(server, inspected)
  const origin = server.url.replace('ws:', 'http:')
  const page = await (browser as Browser).newPage({ acceptDownloads: true })
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', (dialog) => void dialog.dismiss().then(() => complaints.push('a dialog')))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}inspect`) && !/^(data|blob):/.test(request.url())) complaints.push(`it loads ${request.url()}`)
  })
  const clients: RawClient[] = []
  t.after(async () => {
    await page.close()
    for (const client of clients) client.destroy()
    await server.close()
    assert.deepEqual(complaints, [])
  })
  await page.goto(`${origin}inspect`)
  return {
    server: server as unknown as ListeningServer,
    page,
    async raw(target, fields = {}) {
      const client = await RawClient.to({ port: server.port })
      clients.push(client)
      client.write(openingRequest(target, fields))
      await client.response()
      return client
    },
  }
}

const item = (page: Page, text: string) => page.locator('#connections li', { hasText: text })
async function select(page: Page, text: string): Promise<void> {
  await item(page, text).locator('button').click()
  await page.locator('#details-title', { hasText: text }).waitFor()
}
const rows = (page: Page) => page.locator('#frames li:visible > button')
const tab = (page: Page, name: string) => page.getByRole('tab', { name }).click()

describe('the page of inspect in Chromium', { skip: skipReason, timeout: 120_000, concurrency: 4 }, () => {
  test('a story: a connection of somebody else, a refusal, fragments, compression, a close, export, import', async (t) => {
    const { server, page, raw } = await mount(t, { paths: ['/chat', '/echo'], subprotocols: ['chat'] })
    await page.getByText('No connection yet.').waitFor()

    // Somebody else's handshake that fails stays, with the reason.
    await raw('/nowhere?token=s3cret', { Cookie: 'id=s3cret', Origin: 'http://localhost' })
    await item(page, '/nowhere').waitFor()
    await select(page, '/nowhere')
    assert.match(await page.locator('#verdict').innerText(), /refused the handshake with 404: .*RFC \d+ section/s)
    assert.doesNotMatch(await page.locator('body').innerText(), /s3cret/)
    assert.match(await page.locator('#request').innerText(), /Cookie: \(withheld\)/)
    await tab(page, 'Code')
    assert.match(await page.locator('#panel-code').innerText(), /This refusal in a test[^]*status: 404/)

    // Fragments with a Ping between them are one message, and control frames are told apart.
    const client = await raw('/chat?raw', { 'Sec-WebSocket-Protocol': 'other, chat' })
    await select(page, '/chat?raw')
    await tab(page, 'Frames')
    client.write(clientFrame(1, 'Hel', { fin: false }))
    await rows(page).filter({ hasText: 'not ended' }).waitFor()
    client.write(clientFrame(9, 'now'), clientFrame(0, 'lo ', { fin: false }), clientFrame(0, 'you'))
    await rows(page).filter({ hasText: '↑ sent' }).filter({ hasText: 'Hello you' }).waitFor()
    const message = rows(page).filter({ hasText: '3 fragments' })
    assert.match(await message.innerText(), /received\s+text\s+9 bytes, 3 fragments\s+Hello you/)
    assert.equal(await rows(page).filter({ hasText: 'Ping' }).count(), 1)
    await message.click()
    const detail = page.locator('#frames li.received .detail:visible')
    assert.deepEqual(
      (await detail.locator('.facts').allInnerTexts()).map((text) => /opcode\s+(\S+ \S+)/.exec(text)?.[1]),
      ['0x1 text', '0x0 continuation', '0x0 continuation'],
    )
    assert.match(await detail.innerText(), /FIN 0\s+RSV1 0\s+RSV2 0\s+RSV3 0[^]*MASK\s+1, key 12 34 56 78/)
    assert.match(await detail.innerText(), /The whole message: 9 bytes\s+Hello you/)
    await page.getByLabel('Show').nth(1).selectOption('control')
    assert.deepEqual(await rows(page).locator('.kind').allInnerTexts(), ['Ping', 'Pong'])
    await page.getByLabel('Show').nth(1).selectOption('all')
    await page.getByLabel('Search in payloads').fill('hello')
    assert.equal(await rows(page).count(), 2)
    await page.getByLabel('Search in payloads').fill('')

    // The closing handshake as a sequence, with who began and both codes.
    client.write(clientFrame(8, Buffer.from([0x0f, 0xa1, 0x62, 0x79, 0x65])))
    await tab(page, 'Closing')
    await page.locator('#closing li').nth(1).waitFor()
    client.destroy()
    await page.locator('#closing li', { hasText: 'the transport ended' }).waitFor()
    const steps = await page.locator('#closing li').allInnerTexts()
    assert.match(steps[0] ?? '', /client → server Close frame with 4001 “bye” and begins the closing handshake/)
    assert.match(steps[1] ?? '', /server → client Close frame with 4001/)
    assert.match(await page.locator('#closing-summary').innerText(), /the client began\. Close code of the client: 4001; of the server: 4001\./)

    // Compression, and the charts.
    const socket = await connect(`${server.url}echo`, { extensions: [permessageDeflate()] })
    socket.send('again and again '.repeat(50))
    await socket.receive()
    await socket.ping()
    await select(page, '/echo')
    await tab(page, 'Frames')
    await rows(page).filter({ hasText: 'compressed' }).first().click()
    assert.match(
      await page.locator('#frames .detail:visible').innerText(),
      /Payload, compressed: \d+ bytes[^]*decompressed: 800 bytes\s+again and again/,
    )
    await tab(page, 'Charts')
    await page.locator('#charts figure').nth(3).waitFor()
    const captions = await page.locator('#charts figcaption').allInnerTexts()
    assert.deepEqual(
      captions.map((text) => text.split('\n')[0]),
      ['Frames a second', 'Payload a second', 'Buffered bytes', 'Round trips of Pings'],
    )
    assert.match(await page.locator('#compression').innerText(), /received: 800 bytes became \d+ bytes, ratio \d\d\.\d\d; 1 of 1 messages compressed/)
    await socket.close()
    await item(page, '/echo').filter({ hasText: 'closed 1000' }).waitFor()

    // One connection goes out as JSON and as HAR, and both come back.
    const files: string[] = []
    for (const name of ['Export as JSON', 'Export as HAR']) {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()])
      files.push(await download.path())
      assert.match(download.suggestedFilename(), /^hawser-connection-\d+\.(json|har)$/)
    }
    assert.deepEqual(harProblems(JSON.parse(readFileSync(files[1] as string, 'utf8'))), [])
    await page.locator('#load').setInputFiles({ name: 'x.har', mimeType: 'application/json', buffer: Buffer.from('nonsense') })
    await page.locator('#load-problem', { hasText: 'x.har cannot be loaded' }).waitFor()
    for (const [index, file] of files.entries()) {
      await page.locator('#load').setInputFiles({ name: `${index}.har`, mimeType: 'application/json', buffer: readFileSync(file) })
      await item(page, 'loaded').nth(index).waitFor()
      assert.equal(await page.locator('#load-problem').innerText(), '')
      await tab(page, 'Frames')
      await rows(page).filter({ hasText: 'compressed' }).first().click()
      assert.match(await page.locator('#frames .detail:visible').innerText(), /again and again/)
    }
  })

  test('content of a peer is shown as text, whatever it is', async (t) => {
    const { page, raw } = await mount(t)
    const hostile = '</script><img src=x onerror=alert(1)>\u202Eevil\u2066\u0000\u001b[31m'
    const client = await raw(`/<svg/onload=alert(1)>?${'x'.repeat(3000)}`, { 'X-Own': '<b>bold</b>', Origin: 'http://localhost' })
    await select(page, '/<svg/onload=alert(1)>')
    await tab(page, 'Frames')
    client.write(clientFrame(1, hostile), clientFrame(2, 'x'.repeat(60_000)), clientFrame(9, Buffer.from([0xff, 0xfe])))
    client.write(clientFrame(1, Buffer.from([0x61, 0xff, 0x62])))
    await page.locator('#closing li').first().waitFor({ state: 'attached' })
    const shown = rows(page).filter({ hasText: '</script>' }).first()
    await shown.click()
    const text = page.locator('#frames .detail:visible pre.text')
    assert.equal(await text.innerText(), '</script><img src=x onerror=alert(1)>\\u{202e}evil\\u{2066}\\x00\\x1b[31m')
    await rows(page).filter({ hasText: 'a\ufffdb' }).click()
    assert.match(await page.locator('#frames .detail:visible').last().innerText(), /not valid UTF-8/)
    await rows(page).filter({ hasText: '60.0 kB' }).first().click()
    assert.match(await page.locator('#frames').innerText(), /60\.0 kB, the first 4\.1 kB of them/)
    assert.match((await page.locator('#closing-summary').textContent()) ?? '', /of the server: 1007/)
    assert.equal(await page.locator('img, svg:not(figure svg), b').count(), 0)
    await page.setViewportSize({ width: 360, height: 800 })
    for (const name of ['Handshake', 'Frames', 'Closing', 'Code']) {
      await tab(page, name)
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360, name)
    }
  })

  test('ten thousand messages a second freeze neither the page nor the server, and the page says that it samples', async (t) => {
    const { server, page } = await mount(t)
    let echoed = 0
    const socket = await connect(`${server.url}busy`, { message: () => void echoed++ })
    await select(page, '/busy')
    await tab(page, 'Frames')
    await page.evaluate(`globalThis.longest = 0; globalThis.last = performance.now(); setInterval(() => {
      longest = Math.max(longest, performance.now() - last); last = performance.now() }, 10)`)
    const total = 20_000
    const started = performance.now()
    for (let sent = 0; sent < total; sent += 100) {
      for (let index = 0; index < 100; index++) socket.send(`message ${sent + index}`)
      await new Promise((resolve) => void setTimeout(resolve, Math.max(0, started + sent / 10 - performance.now())))
    }
    while (echoed < total) await new Promise((resolve) => void setTimeout(resolve, 10))
    const seconds = (performance.now() - started) / 1000
    assert.ok(seconds < 15, `${total} echoes took ${seconds} s`)
    await page.locator('#sampled').waitFor()
    await item(page, '20,000 messages').waitFor()
    assert.match(
      await page.locator('#sampled').innerText(),
      /^Sampled: [\d,]+ frames were counted and not kept.* It keeps 100 data frames a second\./,
    )
    assert.ok((await rows(page).count()) <= 500)
    const longest = Number(await page.evaluate('longest'))
    assert.ok(longest < 2_000, `the page stood still for ${longest} ms`)
    await socket.close()
  })

  test('a connection that the server no longer keeps stays with a note, and ids of a server that was started again mean others', async (t) => {
    let inspection: Inspection | undefined
    const server = await serve({
      message: (socket, data) => void socket.send(data),
      request: (request, response) => void (inspection?.request(request, response) || response.writeHead(404).end()),
    })
    inspection = inspect(server, { limits: { connections: 1 } })
    const page = await (browser as Browser).newPage()
    t.after(async () => {
      await page.close()
      await server.close()
    })
    await page.goto(`${server.url.replace('ws:', 'http:')}inspect`)
    const echo = async (path: string): Promise<void> => {
      const socket = await connect(`${server.url}${path}`)
      socket.send(`hello from ${path}`)
      await socket.receive()
      await socket.close()
    }
    await echo('first')
    await select(page, '/first')
    await tab(page, 'Frames')
    await rows(page).filter({ hasText: 'hello from first' }).nth(1).waitFor()
    await echo('second')
    await page.getByText('The server no longer keeps this connection').waitFor()
    assert.equal(await rows(page).filter({ hasText: 'hello from first' }).count(), 2)
    await select(page, '/second')
    assert.equal(await page.locator('#gone').isVisible(), false)

    // As after a restart: another inspection, whose connections are 1 and 2 again
    inspection.stop()
    inspection = inspect(server)
    await echo('third')
    await echo('fourth')
    await page.getByText('The server no longer keeps this connection').waitFor()
    await select(page, '/fourth')
    await rows(page).filter({ hasText: 'hello from fourth' }).nth(1).waitFor()
    assert.equal(await rows(page).filter({ hasText: 'hello from second' }).count(), 0)
  })

  test('shows a client of hawser connect --inspect, whose page outlives the connection', async (t) => {
    const { server } = await mount(t)
    await using cli = new MemoryCli(['connect', '--inspect', '-m', 'from the client', '--one', server.url])
    const url = (await cli.sees(/^page (http:\S+)\n/m, 'stderr'))[1] ?? ''
    const page = await (browser as Browser).newPage()
    await page.goto(url)
    await item(page, server.url).filter({ hasText: 'closed 1000' }).locator('button').click()
    await page.getByText('this page shows its connections').waitFor()
    assert.equal(await page.locator('#connect-form').isVisible(), false)
    await tab(page, 'Frames')
    await rows(page).filter({ hasText: '↑ sent' }).filter({ hasText: 'from the client' }).waitFor()
    await tab(page, 'Code')
    await page.getByText('This handshake in a test').waitFor()
    await page.close()
    cli.io.interrupt('SIGINT')
    assert.equal((await cli.ended).code, 0)
  })
})
