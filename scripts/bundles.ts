/**
 * `npm run bundles`: bundles what programs import of `hawser` with esbuild, as their bundlers would, and prints the sizes as the table of
 * docs/guide.md, and of what Node's `connect` consists. A test holds each below its ceiling.
 */
import { dirname, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import type { Metafile } from 'esbuild'
import { root } from './sources.ts'

/** A program, and the bytes that its gzipped bundle may have. */
export interface BundledProgram {
  readonly name: string
  readonly platform: 'browser' | 'node'
  readonly program: string
  /** Undefined where none was promised. */
  readonly ceiling?: number
}

export const bundledPrograms: readonly BundledProgram[] = [
  { name: 'a browser’s `connect`', platform: 'browser', program: "export { connect } from 'hawser'", ceiling: 10_000 },
  { name: '`connect` and `json`', platform: 'browser', program: "export { connect, json } from 'hawser'", ceiling: 12_000 },
  { name: '`reconnecting`', platform: 'browser', program: "export { reconnecting } from 'hawser'", ceiling: 16_000 },
  { name: '`json` alone', platform: 'browser', program: "export { json } from 'hawser'" },
  { name: 'everything that browsers have', platform: 'browser', program: "export * from 'hawser'", ceiling: 21_000 },
  { name: 'in Node, `connect` of `hawser/browser`', platform: 'node', program: "export { connect } from 'hawser/browser'", ceiling: 10_000 },
  { name: 'Node’s `connect`', platform: 'node', program: "export { connect } from 'hawser'", ceiling: 70_000 },
  { name: 'Node’s `serve`', platform: 'node', program: "export { serve } from 'hawser'" },
  { name: 'everything that Node has', platform: 'node', program: "export * from 'hawser'" },
]

export interface Bundle {
  readonly code: string
  readonly gzipped: number
  readonly warnings: readonly string[]
  /** Minified bytes by folder of the package, largest first. */
  readonly parts: readonly (readonly [folder: string, bytes: number])[]
}

function partsOf(inputs: Metafile['outputs'][string]['inputs']): Bundle['parts'] {
  const parts = new Map<string, number>()
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const folder = dirname(path.replace(/^.*\bdist\//, '')).replace(/^\.$/, 'entry')
    parts.set(folder, (parts.get(folder) ?? 0) + bytesInOutput)
  }
  return [...parts].filter(([, bytes]) => bytes > 0).sort((one, other) => other[1] - one[1])
}

/** Bundles a program as `esbuild --bundle --minify --format=esm` does. */
export async function bundle({ platform, program }: Pick<BundledProgram, 'platform' | 'program'>): Promise<Bundle> {
  const { outputFiles, warnings, metafile } = await build({
    stdin: { contents: program, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    platform,
    logLevel: 'silent',
  })
  const code = outputFiles[0]?.text ?? ''
  const [output] = Object.values(metafile.outputs)
  return {
    code,
    gzipped: gzipSync(code, { level: 9 }).byteLength,
    warnings: warnings.map(({ text }) => text),
    parts: partsOf(output?.inputs ?? {}),
  }
}

const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1)

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  console.log('| import | minified, kB | gzipped, kB |\n|---|---|---|')
  for (const one of bundledPrograms) {
    const { code, gzipped } = await bundle(one)
    console.log(`| ${one.name} | ${kilobytes(code.length)} | ${kilobytes(gzipped)} |`)
  }
  const { parts } = await bundle({ platform: 'node', program: "export { connect } from 'hawser'" })
  console.log('\n| part of Node’s `connect` | minified, kB |\n|---|---|')
  for (const [folder, bytes] of parts) if (bytes >= 1000) console.log(`| ${folder} | ${kilobytes(bytes)} |`)
}
