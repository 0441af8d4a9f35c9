import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

/** Where Chromium is: `HAWSER_CHROMIUM`, or where Debian puts it. */
export const executablePath: string = process.env['HAWSER_CHROMIUM'] ?? '/usr/bin/chromium'

/** Why the tests in a browser cannot run here; where `CI` is set they must, and fail instead. */
export const skipReason: string | false =
  existsSync(executablePath) || process.env['CI'] !== undefined
    ? false
    : `NOT TESTED IN A BROWSER: there is no ${executablePath}; install Chromium or set HAWSER_CHROMIUM to one`

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
