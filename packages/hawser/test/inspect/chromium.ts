import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'
import { missing, pathOf } from '../../../../scripts/optional.ts'

/** What node:test's `skip` takes. */
export const skipReason: string | false = missing('chromium')

export function launchChromium(): Promise<Browser> {
  const executablePath = pathOf('chromium')
  if (skipReason !== false || executablePath === undefined) throw new Error('a test that launches Chromium must skip without it')
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
      // The name servers of a machine without a network may take their time.
      '--host-resolver-rules=MAP *.invalid ~NOTFOUND',
    ],
  })
}
