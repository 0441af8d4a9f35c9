/** Makes docs/page.png, the picture of the page in README.md: `node --import tsx scripts/page-picture.ts`. Needs Chromium. */
import { writeFileSync } from 'node:fs'
import { crc32, deflateSync } from 'node:zlib'
import { connect, permessageDeflate, serve } from '../packages/hawser/src/index.ts'
import { inspect } from '../packages/hawser/src/inspect/index.ts'
import type { Inspection } from '../packages/hawser/src/inspect/index.ts'
import { launchChromium } from '../packages/hawser/test/inspect/chromium.ts'

const [width, height] = [1360, 860]

const server = await serve({
  port: 0,
  paths: ['/chat'],
  subprotocols: ['chat.v2'],
  extensions: [permessageDeflate()],
  message: (socket, data) => void socket.send(data),
  request: (request, response) => void (inspection.request(request, response) || response.writeHead(404).end()),
})
const inspection: Inspection = inspect(server)
const url = `${server.url}chat`

const closed = await connect(`${url}?room=harbour`, { subprotocols: ['chat.v2'] })
closed.send('goodbye')
await closed.receive()
await closed.close(4001, 'moved')
await connect(`${server.url}caht`).catch(() => {})
await connect(url, { origin: 'https://elsewhere.example' }).catch(() => {})
const socket = await connect(`${url}?room=pier`, { subprotocols: ['chat.v1', 'chat.v2'], extensions: [permessageDeflate()] })
for (const text of ['{"from":"ada","text":"Is anybody there?"}', '{"from":"bob","text":"Fog on the pier. '.concat('Fog. '.repeat(60), '"}')]) {
  socket.send(text)
  await socket.receive()
}
await socket.ping()
socket.send(Uint8Array.from({ length: 24 }, (_, index) => index * 10))
await socket.receive()

const browser = await launchChromium()
const page = await browser.newPage({ viewport: { width, height }, colorScheme: 'light' })
await page.goto(`${server.url.replace('ws:', 'http:')}inspect`)
await page.locator('#connections li', { hasText: 'room=pier' }).locator('button').click()
await page.getByRole('tab', { name: 'Frames' }).click()
await page.locator('#frames li > button').nth(7).waitFor()
const picture = await page.screenshot()
await page.close()
writeFileSync(new URL('../docs/page.png', import.meta.url), palettePng(await pixelsOf(picture)))
await browser.close()
await socket.close()
await server.close()

/** Red, green and blue of each pixel, in 0xRRGGBB: the browser decodes its own picture. */
async function pixelsOf(png: Uint8Array): Promise<number[]> {
  const decoder = await browser.newPage()
  const source = JSON.stringify(`data:image/png;base64,${Buffer.from(png).toString('base64')}`)
  return decoder.evaluate(`(async () => {
    const image = new Image()
    image.src = ${source}
    await image.decode()
    const context = new OffscreenCanvas(${width}, ${height}).getContext('2d')
    context.drawImage(image, 0, 0)
    const { data } = context.getImageData(0, 0, ${width}, ${height})
    return Array.from({ length: data.length / 4 }, (_, at) => data[4 * at] * 65536 + data[4 * at + 1] * 256 + data[4 * at + 2])
  })()`)
}

/** A PNG with a palette of the most frequent colours takes a third of the browser's. */
function palettePng(pixels: readonly number[]): Buffer {
  const counts = new Map<number, number>()
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1)
  const colours = [...counts].toSorted(([, one], [, other]) => other - one).map(([colour]) => colour)
  const palette = colours.slice(0, 32)
  const indexes = new Map(colours.map((colour) => [colour, nearest(colour, palette)]))
  const rows = Buffer.alloc(height * (width + 1))
  for (const [at, pixel] of pixels.entries()) rows[at + Math.floor(at / width) + 1] = indexes.get(pixel) ?? 0
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  // Eight bits for each pixel, an index
  header.set([8, 3], 8)
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap(channels))),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function channels(colour: number): number[] {
  return [colour >> 16, (colour >> 8) & 255, colour & 255]
}

function nearest(colour: number, palette: readonly number[]): number {
  const own = channels(colour)
  const distances = palette.map((one) => channels(one).reduce((sum, value, index) => sum + (value - (own[index] ?? 0)) ** 2, 0))
  return distances.indexOf(Math.min(...distances))
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const whole = Buffer.alloc(typed.length + 8)
  whole.writeUInt32BE(data.length, 0)
  whole.set(typed, 4)
  whole.writeUInt32BE(crc32(typed), typed.length + 4)
  return whole
}
