import type { SuiteReport } from '../result.ts'
import { pageScript } from './page-script.ts'
import { pageStyle } from './page-style.ts'

/** One file without external assets: filter, search, every exchange as a sequence, and a second run beside it. */
export function htmlReport(report: SuiteReport): string {
  // The report may hold whatever a peer sent: `<` is escaped, so that nothing in it ends the script element.
  const data = JSON.stringify(report)
    .replace(/</g, '\\u003c')
    .replace(/\u2028|\u2029/g, '')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>Conformance of ${escapeText(report.subject)}</title>
<style>${pageStyle}</style>
</head>
<body>
<header>
<div class="title"><h1>Conformance</h1><p id="subject"></p></div>
<div id="counts" role="group" aria-label="Verdicts"></div>
<div class="tools">
<input id="search" type="search" placeholder="Search id, rule, outcome…" aria-label="Search">
<select id="area" aria-label="Area"></select>
<label class="button">Compare with…<input id="other" type="file" accept="application/json,.json" hidden></label>
<button id="clear" type="button" hidden>End comparison</button>
</div>
<p id="comparison" role="status" hidden></p>
</header>
<main>
<nav id="list" aria-label="Cases" tabindex="0"></nav>
<article id="detail" aria-live="polite"></article>
</main>
<script id="report" type="application/json">${data}</script>
<script>${pageScript}</script>
</body>
</html>
`
}

function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character]!)
}
