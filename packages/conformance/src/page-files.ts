import { readFileSync } from 'node:fs'

const read = (name: string): string => readFileSync(new URL(`pages/${name}`, import.meta.url), 'utf8')

/** A page of `pages/` as one document: its style sheet and its script, with the modules that it imports, are put where they are referenced. */
export function inlinePage(name: 'report' | 'browser'): string {
  return read(`${name}.html`)
    .replace(/<link rel="stylesheet" href="([a-z]+\.css)">/, (_, file: string) => `<style>\n${read(file)}</style>`)
    .replace(
      /<script type="module" src="([a-z]+\.js)"><\/script>/,
      (_, file: string) => `<script type="module">\n${bundle(file, new Set())}</script>`,
    )
}

/** One module of them all: each imported file is put in front once, and nothing is left to export. */
function bundle(file: string, done: Set<string>): string {
  if (done.has(file)) return ''
  done.add(file)
  let imported = ''
  const own = read(file)
    .replace(/^import \{[^}]*\} from '\.\/([a-z-]+\.js)'\n/gm, (_, other: string) => {
      imported += bundle(other, done)
      return ''
    })
    .replace(/^export /gm, '')
  return imported + own
}
