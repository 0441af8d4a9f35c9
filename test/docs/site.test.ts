import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, extname, join, relative, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import type { TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { launchChromium, skipReason } from '../../packages/hawser/test/inspect/chromium.ts'
import { missing } from '../../scripts/optional.ts'
import { filesUnder, read, root } from '../../scripts/sources.ts'

const notBuilt = missing('typedoc')
const notSeen = notBuilt === false ? skipReason : notBuilt
const types: Record<string, string> = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml' }

let site = ''
let built: ReturnType<typeof spawnSync> | undefined
let browser: Browser | undefined
let http: Server | undefined
let origin = ''

before(async () => {
  if (notBuilt !== false) return
  site = mkdtempSync(join(tmpdir(), 'hawser-site-'))
  built = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/docs.ts', site], { cwd: root, encoding: 'utf8' })
  if (notSeen !== false) return
  http = createServer((request, response) => {
    const path = join(site, decodeURIComponent(new URL(request.url ?? '/', 'http://site').pathname))
    const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'index.html') : path
    if (!existsSync(file)) response.writeHead(404).end()
    else response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'text/plain' }).end(readFileSync(file))
  })
  await new Promise<void>((listening) => http?.listen(0, '127.0.0.1', listening))
  origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  browser = await launchChromium()
})
after(async () => {
  await browser?.close()
  http?.close()
  http?.closeAllConnections()
  if (site !== '') rmSync(site, { recursive: true })
})

/** A page of the site; whatever it complains about or asks of another host fails the test. */
async function open(t: TestContext, path: string, options: { colorScheme?: 'light' | 'dark'; width?: number } = {}): Promise<Page> {
  const { colorScheme = 'light', width = 1280 } = options
  const context = await (browser as Browser).newContext({ colorScheme, viewport: { width, height: 900 } })
  const complaints: string[] = []
  context.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) complaints.push(`a request to ${request.url()}`)
  })
  context.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} for ${response.url()}`)
  })
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  context.on('weberror', (error) => complaints.push(String(error.error())))
  t.after(async () => {
    await context.close()
    assert.deepEqual(complaints, [])
  })
  const page = await context.newPage()
  await page.goto(`${origin}/${path}`)
  return page
}

test('npm run docs builds the site, and every export of every entry point is documented', { skip: notBuilt }, () => {
  assert.equal(built?.status, 0, `${built?.stdout}\n${built?.stderr}`)
  for (const folder of ['hawser', 'conformance']) {
    const { name, exports } = JSON.parse(read(`packages/${folder}/package.json`)) as { name: string; exports: Record<string, string> }
    for (const subpath of Object.keys(exports).filter((path) => !path.endsWith('.json'))) {
      const file = `api/${(name + subpath.slice(1)).replace('@', '_').replaceAll('/', '.')}.html`
      assert.ok(existsSync(join(site, file)), `${file} is not there`)
    }
  }
  for (const page of filesUnder('docs', '.md')) {
    const file = `${page.slice('docs/'.length, -'.md'.length)}.html`
    assert.ok(existsSync(join(site, file)), `${file} is not there`)
  }
})

test('npm run docs fails for a member of an export without a docstring', { skip: notBuilt }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-members-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const name of ['hawser', 'other']) mkdirSync(join(folder, name))
  const members = [
    'readonly property: string',
    'method(): void',
    'readonly literal: 1',
    '/** Described. */ readonly described: { readonly part: string }',
  ]
  const classMembers = [
    'constructor(readonly given: string) {}',
    'get accessor(): string { return this.given }',
    '/** Described. */ method(): void {}',
  ]
  writeFileSync(join(folder, 'hawser/one.ts'), `/** One. */\nexport interface Options { ${members.join('\n')} }\n`)
  writeFileSync(join(folder, 'hawser/two.ts'), `/** Two. */\nexport class Thing { ${classMembers.join('\n')} }\n`)
  writeFileSync(join(folder, 'other/three.ts'), '/** Of another package. */\nexport interface Three { readonly property: string }\n')
  writeFileSync(join(folder, 'tsconfig.json'), '{ "include": ["*/*.ts"] }')
  const config = pathToFileURL(join(root, 'docs/site/typedoc.config.mjs')).href
  const changes = {
    entryPoints: ['*/*.ts'],
    projectDocuments: [],
    readme: 'none',
    tsconfig: 'tsconfig.json',
    basePath: '.',
    displayBasePath: '.',
    out: 'out',
  }
  writeFileSync(
    join(folder, 'typedoc.config.mjs'),
    `import config from '${config}'\nexport default { ...config, ...${JSON.stringify(changes)}, packagesRequiringDocumentation: [] }\n`,
  )
  const typedoc = join(root, 'docs/site/node_modules/typedoc/bin/typedoc')
  const { status, stdout, stderr } = spawnSync(process.execPath, [typedoc, '--options', folder], { cwd: folder, encoding: 'utf8' })
  const complaints = [...`${stdout}${stderr}`.matchAll(/(\S+) has no docstring/g)]
    .map(([, name = '']) => name)
    .sort((one, other) => one.localeCompare(other))
  assert.deepEqual(complaints, [
    'hawser/one.Options.method',
    'hawser/one.Options.property',
    'hawser/two.Thing.accessor',
    'hawser/two.Thing.constructor',
    'hawser/two.Thing.given',
    'other/three.Three.property',
  ])
  assert.notEqual(status, 0)
})

test('no link inside the site is broken, and nothing in it is loaded from elsewhere', { skip: notBuilt }, () => {
  const pages = new Map(
    readdirSync(site, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.html'))
      .map((name) => [join(site, name), readFileSync(join(site, name), 'utf8')] as const),
  )
  const anchors = new Map([...pages].map(([file, html]) => [file, new Set([...html.matchAll(/\bid="([^"]*)"/g)].map(([, id]) => id))]))
  const broken: string[] = []
  for (const [file, html] of pages) {
    for (const [, element, link = ''] of html.matchAll(/<(a|link|script|img|use)\b[^>]*?\s(?:href|src)="([^"]*)"/g)) {
      const complain = (why: string): unknown => broken.push(`${relative(site, file)}: ${link} ${why}`)
      if (/^(https?:)?\/\//.test(link)) {
        if (element !== 'a') complain('is on another host')
        continue
      }
      if (/^\w+:/.test(link)) continue
      const [path = '', anchor = ''] = link.replaceAll('&amp;', '&').split('#')
      const target = path === '' ? file : resolve(dirname(file), decodeURIComponent(path))
      if (!existsSync(target)) complain('is not there')
      else if (anchor !== '' && anchors.has(target) && !anchors.get(target)?.has(decodeURIComponent(anchor))) complain('has no such place')
    }
  }
  assert.ok(pages.size > 100, `${pages.size} pages`)
  assert.deepEqual(broken, [])
})

test('Chromium: a search for serve leads to its reference', { skip: notSeen, timeout: 60_000 }, async (t) => {
  const page = await open(t, 'index.html')
  await page.locator('#tsd-search-trigger').click()
  await page.locator('#tsd-search-input').fill('serve')
  await page.locator('#tsd-search-results a').first().click()
  await page.waitForURL('**/api/hawser/serve.html')
  assert.match(await page.locator('h1').first().innerText(), /serve/)
  const text = await page.locator('.col-content').innerText()
  for (const expected of ['ServeOptions', 'ListeningServer', 'OptionError', 'EADDRINUSE']) assert.ok(text.includes(expected), expected)
})

test('Chromium: a search finds the guide', { skip: notSeen, timeout: 60_000 }, async (t) => {
  const page = await open(t, 'api/hawser/serve.html')
  await page.locator('#tsd-search-trigger').click()
  await page.locator('#tsd-search-input').fill('guide')
  await page.locator('#tsd-search-results a', { hasText: 'Guide' }).first().click()
  await page.waitForURL('**/guide.html')
  assert.equal(await page.locator('.col-content h1').first().innerText(), 'Guide')
})

/** Of a colour as CSS computes it, `rgb(…)`; 0 to 255. */
const brightness = (color: string): number => Math.max(...(color.match(/\d+/g) ?? []).slice(0, 3).map(Number))

for (const [colorScheme, width] of [
  ['light', 1280],
  ['dark', 1280],
  ['light', 360],
] as const) {
  test(`Chromium: the guide is readable in ${colorScheme} colours, ${width} pixels wide`, { skip: notSeen, timeout: 60_000 }, async (t) => {
    const page = await open(t, 'guide.html', { colorScheme, width })
    const seen = await page.evaluate(() => {
      const { document, getComputedStyle } = globalThis as any
      return {
        overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        background: getComputedStyle(document.body).backgroundColor,
        text: getComputedStyle(document.querySelector('.col-content p')).color,
      }
    })
    const contrast = brightness(seen.text) - brightness(seen.background)
    assert.ok(seen.overflow <= 0, `the page is ${seen.overflow} pixels too wide`)
    assert.ok(colorScheme === 'dark' ? contrast > 100 : contrast < -100, JSON.stringify(seen))
  })
}
