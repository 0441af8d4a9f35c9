import type { Browser, Page } from 'playwright-core'
import { bundle } from '../../../../scripts/bundles.ts'
import { launchChromium } from '../inspect/chromium.ts'
import { launchFirefox } from './firefox.ts'

/** What carries the connections of a page: `WebSocket` where the browser has no WebSocketStream. */
export type PlatformClass = 'WebSocketStream' | 'WebSocket'

/** A page of a server, with the library in it as a page gets it: a bundle of the package. */
export interface BundlePage<Driven = Page> {
  readonly page: Driven
  /** Messages of exceptions that nobody caught. */
  readonly errors: readonly string[]
  close(): Promise<void>
}

/** The part of a page that the libraries which drive Chromium and Firefox have in common. */
export type DrivenPage = Pick<Page, 'evaluate' | 'waitForFunction'>

/** A browser that opens pages with the library in them. */
export interface DrivenBrowser {
  open(code: string, url: string, over: PlatformClass): Promise<BundlePage<DrivenPage> & { setOffline(offline: boolean): Promise<void> }>
  close(): Promise<void>
}

/** Chromium, as Playwright drives it. */
export async function driveChromium(): Promise<DrivenBrowser> {
  const browser = await launchChromium()
  return {
    async open(code, url, over) {
      const one = await openPage(browser, code, url, over)
      return { ...one, setOffline: (offline) => one.page.context().setOffline(offline) }
    },
    close: () => browser.close(),
  }
}

/** What Firefox writes to the console, and reports as an exception of the page, when a connection fails. */
const firefoxFailures = /^(?:Firefox can’t establish a connection|The connection to \S+ was interrupted)/

/** Firefox, which has no WebSocketStream, as Puppeteer drives it. */
export async function driveFirefox(): Promise<DrivenBrowser> {
  const browser = await launchFirefox()
  return {
    async open(code, url) {
      const context = await browser.createBrowserContext()
      const page = await context.newPage()
      const errors: string[] = []
      page.on('pageerror', (error) => {
        const { message } = error as Error
        if (!firefoxFailures.test(message)) errors.push(message)
      })
      await page.goto(url.replace('ws', 'http'))
      // The compiler of these tests names functions with it.
      await page.evaluate('globalThis.__name = (value) => value')
      await page.addScriptTag({ content: code, type: 'module' })
      await page.waitForFunction(() => (globalThis as any).hawser !== undefined)
      // This Firefox cannot be told to be offline: the page sees what it would see.
      const setOffline = (offline: boolean): Promise<void> =>
        page.evaluate((offline: boolean) => {
          const scope = globalThis as any
          Object.defineProperty(scope.navigator, 'onLine', { value: !offline, configurable: true })
          scope.dispatchEvent(new scope.Event(offline ? 'offline' : 'online'))
        }, offline)
      return { page: page as unknown as DrivenPage, errors, setOffline, close: () => context.close() }
    },
    close: () => browser.close(),
  }
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
