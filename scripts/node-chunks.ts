/**
 * Joins the modules of `hawser` into the few files of dist/node, which Node loads instead: to find, read and link 290 modules takes longer than to
 * evaluate them. Bundlers get the modules, of which they leave out what a program does not use.
 *
 * Entry points share two files, so that a class is the same class in each of them: `portable.js` has what every runtime can load, `node.js` the rest of
 * what `hawser` imports. Where esbuild splits by itself, there would be 20 files.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import process from 'node:process'
import { build, type Plugin } from 'esbuild'
import { root } from './sources.ts'

const home = join(root, 'packages/hawser')
const dist = join(home, 'dist')

/** The modules that are entry points, by their file in dist/node. `core/handshake/index` has the file `handshake.js`, as its import says. */
export function nodeEntries(): Record<string, string> {
  const { exports } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { exports: Record<string, string | Record<string, string>> }
  const entries: Record<string, string> = { cli: 'cli/main', browser: 'browser' }
  for (const target of Object.values(exports)) {
    if (typeof target === 'string') continue
    const { node, default: module } = target
    const name = /^\.\/dist\/node\/(\w+)\.js$/.exec(node ?? '')?.[1]
    const path = /^\.\/dist\/([\w/]+)\.js$/.exec(module ?? '')?.[1]
    if (name === undefined || path === undefined) throw new Error(`not an entry point with a file for Node: ${JSON.stringify(target)}`)
    entries[name] = path
  }
  return entries
}

/** A shared file, by one of its modules. */
const sharedFiles = new Map([
  ['core/errors.js', 'portable'],
  ['runtime/node/connect.js', 'node'],
  ['inspect/recorder.js', 'recorder'],
])

/** An import that stays although nothing of the module is used, which puts the module into the shared file. */
const kept = '?kept'

function together(entries: Readonly<Record<string, string>>, modules: readonly string[]): Plugin {
  const portable = modules.filter((module) => module !== 'index.js' && !module.startsWith('runtime/node/'))
  // The tables of the registry need nothing else.
  const needed = (entry: string): readonly string[] =>
    entry === 'core/registry/index' ? [] : /^(index|testing|inspect|cli)\b/.test(entry) ? modules : portable
  return {
    name: 'together',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\?kept$/ }, ({ path }) => ({ path: path.slice(0, -kept.length), sideEffects: true }))
      onLoad({ filter: /\.js$/ }, ({ path }) => {
        const module = relative(dist, path)
        const entry = Object.values(entries).find((entry) => `${entry}.js` === module)
        // A URL below a module is below the same path of dist, whichever file has the module.
        const code = readFileSync(path, 'utf8').replaceAll(/\bimport\.meta\.url\b/g, `new URL('../${module}', import.meta.url)`)
        const imports = entry === undefined ? [] : needed(entry).map((one) => `import '${join(dist, one)}${kept}'`)
        return { contents: [code, ...imports].join('\n') }
      })
    },
  }
}

export interface NodeFile {
  /** Relative to dist/node. */
  readonly name: string
  readonly code: string
  /** The modules that it has, relative to dist. */
  readonly modules: readonly string[]
}

const shared = {
  bundle: true,
  write: false,
  metafile: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  absWorkingDir: dist,
  // It says that nothing of some kept imports is used.
  logOverride: { 'ignored-bare-import': 'silent' },
} as const

/** The files of dist/node. */
export async function nodeFiles(): Promise<readonly NodeFile[]> {
  const entries = nodeEntries()
  const { metafile: whole } = await build({ ...shared, entryPoints: ['index.js'] })
  const { outputFiles, metafile } = await build({
    ...shared,
    entryPoints: Object.entries(entries).map(([out, entry]) => ({ in: `${entry}.js`, out })),
    outdir: 'node',
    splitting: true,
    plugins: [together(entries, Object.keys(whole.inputs))],
  })
  const names = new Map<string, string>()
  const files = outputFiles.map(({ path, text }) => {
    const name = relative(join(dist, 'node'), path)
    const modules = Object.entries(metafile.outputs[`node/${name}`]?.inputs ?? {}).flatMap(([module, { bytesInOutput }]) =>
      bytesInOutput > 0 ? [module] : [],
    )
    if (Object.hasOwn(entries, name.replace(/\.js$/, ''))) return { name, text, modules }
    const known = [...sharedFiles].find(([module]) => modules.includes(module))?.[1]
    if (known === undefined) throw new Error(`more than one entry point needs ${modules.join(', ')}, and no shared file has them`)
    names.set(name, `${known}.js`)
    return { name: `${known}.js`, text, modules }
  })
  return files.map(({ name, text, modules }) => ({ name, code: readable(text, names), modules }))
}

/** Writes dist/node. A file that is the same stays, and no process finds half of one. */
export async function writeNodeFiles(): Promise<void> {
  const folder = join(dist, 'node')
  mkdirSync(folder, { recursive: true })
  const files = await nodeFiles()
  for (const { name, code } of files) {
    const [path, written] = [join(folder, name), join(folder, `${name}.${process.pid}`)]
    if (existsSync(path) && readFileSync(path, 'utf8') === code) continue
    writeFileSync(written, code)
    renameSync(written, path)
  }
  for (const name of readdirSync(folder)) if (!files.some((file) => file.name === name)) rmSync(join(folder, name), { force: true })
}

/** Gives the shared files their names, and the classes that refer to themselves: esbuild calls `Fields` in its own body `_Fields`, so in stack traces. */
function readable(code: string, names: ReadonlyMap<string, string>): string {
  let text = code
  for (const [from, to] of names) text = text.replaceAll(`"./${from}"`, `"./${to}"`)
  for (const [, name] of code.matchAll(/^var (\w+) = class _\1\b/gm)) text = text.replaceAll(new RegExp(`\\b_${name}\\b`, 'g'), name ?? '')
  return text
}
