import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))

/**
 * Compiles the programs that are measured: a loader's memory and hooks must not be. Each caller gets a folder for itself, which goes when its process
 * exits; in a shared one, a command that compiles would truncate the files that another one starts.
 */
export function buildPrograms(): string {
  const parent = join(here, '.build')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'run-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const compiler = join(here, '../node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [compiler, '-p', join(here, 'tsconfig.json'), '--outDir', folder], { stdio: 'inherit' })
  return folder
}
