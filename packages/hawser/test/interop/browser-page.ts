import type { Browser, Page } from 'playwright-core'
import { bundle } from '../../../../scripts/bundles.ts'

/** What carries the connections of a page: `WebSocket` where the browser has no WebSocketStream. */
export type PlatformClass = 'WebSocketStream' | 'WebSocket'

/** A page of a server, with the library in it as a page gets it: a bundle of the package. */
export interface BundlePage {
  readonly page: Page
  /** Messages of exceptions that nobody caught. */
  readonly errors: readonly string[]
  close(): Promise<void>
}

/** What the pages run: everything that browsers have, in `globalThis.hawser`. */
export async function bundleOfBrowsers(): Promise<string> {
  const { code } = await bundle({ platform: 'browser', program: "import * as hawser from 'hawser'\nglobalThis.hawser = hawser" })
  return code
}

/** Opens the page at the URL of a server, as a browser would that has no WebSocketStream where `over` is `WebSocket`. */
export async function openPage(browser: Browser, code: string, url: string, over: PlatformClass): Promise<BundlePage> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  // The compiler of these tests names functions with it.
  await context.addInitScript('globalThis.__name = (value) => value')
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', ({ message }) => errors.push(message))
  await page.goto(url.replace('ws', 'http'))
  if (over === 'WebSocket') await page.evaluate(() => Reflect.deleteProperty(globalThis, 'WebSocketStream'))
  await page.addScriptTag({ content: code, type: 'module' })
  await page.waitForFunction(() => (globalThis as any).hawser !== undefined)
  return { page, errors, close: () => context.close() }
}
