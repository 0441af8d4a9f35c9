/**
 * Programs that bundle `page.mjs` for a page, each with one bundler of compilers/package.json: one that warns, that leaves something of Node in the
 * bundle, or whose bundle is not a client, ends with an error. esbuild is tried by the tests.
 */

/** What a page imports of the package. */
const page = "import { connect, json } from 'hawser'\nexport const open = (url) => connect(url, { subprotocols: { sum: json() } })\n"

const check = `
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
export function warned(warning) { throw new Error('it warned: ' + (warning.message ?? warning)) }
export async function check(file) {
  const code = readFileSync(file, 'utf8').replace(/\\/\\*[^]*?\\*\\/|(?<=^|\\s)\\/\\/.*$/gm, '')
  if (/\\bnode:\\w|\\bBuffer\\b|\\bprocess\\./.test(code)) throw new Error('something of Node is in the bundle')
  const size = gzipSync(code).length
  if (size > 20_000) throw new Error(size + ' bytes gzipped')
  // Node 20 has none. Of this URL every one says the same.
  globalThis.WebSocket ??= class { constructor() { throw new SyntaxError('not a WebSocket URL') } }
  const { open } = await import('./' + file)
  const refusal = await open('ftp://a.example/').catch((error) => error.code)
  if (refusal !== 'HAWSER_HANDSHAKE') throw new Error('connect is not in the bundle: ' + refusal)
}
`

const rollup = `
import { rollup } from 'rollup'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { check, warned } from './bundle-check.mjs'
const made = await rollup({ input: 'page.mjs', plugins: [nodeResolve({ browser: true, exportConditions: ['browser'] })], onwarn: warned })
await made.write({ file: 'by-rollup.mjs' })
await check('by-rollup.mjs')
`

const vite = `
import { build, createLogger } from 'vite'
import { check, warned } from './bundle-check.mjs'
await build({
  configFile: false,
  customLogger: { ...createLogger('warn'), warn: warned, warnOnce: warned },
  build: { outDir: 'by-vite', copyPublicDir: false, lib: { entry: 'page.mjs', formats: ['es'], fileName: () => 'page.mjs' } },
})
await check('by-vite/page.mjs')
`

const webpack = `
import webpack from 'webpack'
import { check, warned } from './bundle-check.mjs'
const stats = await new Promise((resolve, reject) => webpack({
  mode: 'production',
  target: 'web',
  entry: './page.mjs',
  experiments: { outputModule: true },
  output: { path: process.cwd(), filename: 'by-webpack.mjs', library: { type: 'module' } },
}, (error, stats) => error ? reject(error) : resolve(stats)))
const { warnings, errors } = stats.toJson({ warnings: true, errors: true })
for (const problem of [...errors, ...warnings]) warned(problem)
await check('by-webpack.mjs')
`

/** By file name. */
export const bundlerPrograms: Readonly<Record<string, string>> = {
  'page.mjs': page,
  'bundle-check.mjs': check,
  'rollup.mjs': rollup,
  'vite.mjs': vite,
  'webpack.mjs': webpack,
}

export const bundlers: readonly string[] = ['rollup', 'vite', 'webpack']
