import { readFileSync } from 'node:fs'

const read = (name: string): string => readFileSync(new URL(`pages/${name}`, import.meta.url), 'utf8')

/** A page of `pages/` as one document: its style sheet and its script are put where they are referenced. */
export function inlinePage(name: 'report' | 'browser'): string {
  return read(`${name}.html`)
    .replace(/<link rel="stylesheet" href="([a-z]+\.css)">/, (_, file: string) => `<style>\n${read(file)}</style>`)
    .replace(/<script type="module" src="([a-z]+\.js)"><\/script>/, (_, file: string) => `<script type="module">\n${read(file)}</script>`)
}
