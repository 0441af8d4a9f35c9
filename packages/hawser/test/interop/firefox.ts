import puppeteer from 'puppeteer-core'
import type { Browser } from 'puppeteer-core'
import { missing, pathOf } from '../../../../scripts/optional.ts'

/** What node:test's `skip` takes. */
export const noFirefox: string | false = missing('firefox')

/** Debian's Firefox over WebDriver BiDi; Playwright drives only a Firefox of its own. */
export function launchFirefox(): Promise<Browser> {
  const executablePath = pathOf('firefox')
  if (noFirefox !== false || executablePath === undefined) throw new Error('a test that launches Firefox must skip without it')
  return puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    acceptInsecureCerts: true,
    extraPrefsFirefox: {
      // After a failed connection Firefox delays the next ones to the same host, more each time (RFC 6455 section 7.2.3).
      'network.websocket.delay-failed-reconnects': false,
    },
  })
}
