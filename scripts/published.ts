/**
 * What `npm pack` leaves out of `hawser`, whose dist has every module: the modules and declarations that no entry point needs (the command is in
 * dist/node), and the white space of the modules, which only bundlers read.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { transformSync } from 'esbuild'
import { root } from './sources.ts'

const home = join(root, 'packages/hawser')

interface Manifest {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string | Readonly<Record<string, string>>>>>>
}

/** The files that the entry points need, by their imports, relative to the package. */
function reached(): ReadonlySet<string> {
  const { exports } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as Manifest
  const targets = (target: string | object): string[] => (typeof target === 'string' ? [target] : Object.values(target).flatMap(targets))
  const found = new Set<string>()
  const waiting = Object.values(exports)
    .flatMap(targets)
    .map((target) => join(target))
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path) || path.endsWith('.json')) continue
    found.add(path)
    const ending = path.endsWith('.d.ts') ? '.d.ts' : '.js'
    for (const [, imported = ''] of readFileSync(join(home, path), 'utf8').matchAll(/\b(?:from|import\(|import)\s*['"](\.[^'"]+)['"]/g))
      waiting.push(join(dirname(path), imported.replace(/\.[jt]s$/, ending)))
  }
  return found
}

/** The compiler must not think that all it compiled is still there. */
export function leaveOutUnpublished(): void {
  rmSync(join(home, '.cache/tsc'), { recursive: true, force: true })
  const kept = reached()
  for (const name of readdirSync(join(home, 'dist'), { recursive: true, encoding: 'utf8' })) {
    const path = join('dist', name)
    // Neither dist/node, whose files have all that they need, nor the page, whose files are published as they are.
    if (!/\.(?:js|d\.ts)$/.test(path) || /^dist\/(?:node|inspect\/page)\//.test(path)) continue
    if (!kept.has(path)) rmSync(join(home, path))
    else if (path.endsWith('.js')) {
      const { code } = transformSync(readFileSync(join(home, path), 'utf8'), { minifyWhitespace: true, minifySyntax: true, target: 'esnext' })
      writeFileSync(join(home, path), code)
    }
  }
}
