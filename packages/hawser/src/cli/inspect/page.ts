import { createHash } from 'node:crypto'
import { pageBody } from './page-body.ts'
import { pageScript } from './page-script.ts'
import { pageStyle } from './page-style.ts'

/** What the page shows about the server that serves it. */
export interface ServerFacts {
  readonly mode: 'echo' | 'broadcast'
  readonly subprotocols: readonly string[]
  /** For a person. */
  readonly origins: string
  /** Paths that upgrade; empty for all. */
  readonly paths: readonly string[]
}

export interface Page {
  readonly html: string
  /** Nothing is loaded, framed or posted; the script and the style sheet are named by their hashes. */
  contentSecurityPolicy(host: string): string
}

export function buildPage(facts: ServerFacts): Page {
  const data = JSON.stringify({ ...facts, offers: suggestedOffers(facts.subprotocols) }).replaceAll('<', '\\u003c')
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>hawser: an opening handshake</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<style>${pageStyle}</style>
<body>${pageBody}
<script type="application/json" id="server">${data}</script>
<script>${pageScript}</script>
</body>
</html>
`
  const [script, style] = [hashSource(pageScript), hashSource(pageStyle)]
  return {
    html,
    contentSecurityPolicy: (host) =>
      `default-src 'none'; script-src ${script}; style-src ${style}; img-src data:; connect-src 'self' ws://${host} wss://${host}; ` +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  }
}

/** Accepted, in another order, partly known, refused, and not a name at all. */
function suggestedOffers(declared: readonly string[]): string[] {
  const undeclared = 'not-declared'
  const first = declared[0]
  if (first === undefined) return ['', undeclared, 'not a token']
  const reversed = declared.length > 1 ? [[...declared].reverse().join(', ')] : []
  return [first, ...reversed, `${undeclared}, ${first}`, undeclared, 'not a token', '']
}

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
