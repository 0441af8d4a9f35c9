/**
 * `npm run build`: compiles every package, then copies the other published files: pages, styles, programs for the browser and LICENSE.
 * `--without-comments`, for what is published, leaves comments to the declarations; they are a sixth of the JavaScript.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { writeNodeFiles } from './node-chunks.ts'
import { leaveOutUnpublished } from './published.ts'
import { filesUnder, packages, root } from './sources.ts'

/** Endings of the sources that are published as they are. */
const assets = ['.html', '.css', '.js', '.cjs', '.d.cts', 'types.d.ts', 'requirements.json']

/** Leaves an unchanged copy as it is, so that a build without changes writes no file. */
function copy(from: string, to: string): void {
  if (existsSync(to) && statSync(to).mtimeMs >= statSync(from).mtimeMs) return
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(from, to)
}

const compiler = join(root, 'node_modules/typescript/bin/tsc')
function compile(args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, [compiler, ...args], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
compile(['-b', join(root, 'tsconfig.build.json')])
const publishing = process.argv.includes('--without-comments')
if (publishing) for (const folder of packages) compile(['-p', join(root, folder, 'tsconfig.pack.json')])
for (const folder of packages) {
  copy(join(root, 'LICENSE'), join(root, folder, 'LICENSE'))
  for (const ending of assets) {
    for (const file of filesUnder(`${folder}/src`, ending)) copy(join(root, file), join(root, file.replace(`${folder}/src/`, `${folder}/dist/`)))
  }
}
await writeNodeFiles()
if (publishing) leaveOutUnpublished()
