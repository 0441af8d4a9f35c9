import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root: string = fileURLToPath(new URL('..', import.meta.url))

/** The published packages, as folders relative to the root. */
export const packages: readonly string[] = readdirSync(join(root, 'packages'))
  .sort()
  .map((name) => `packages/${name}`)

/** Files of one folder in every package that has it. */
export function filesOfPackages(folder: string, ending: string): string[] {
  return packages.filter((path) => existsSync(join(root, path, folder))).flatMap((path) => filesUnder(`${path}/${folder}`, ending))
}

/** Paths relative to the root, sorted, with `/`. */
export function filesUnder(folder: string, ending: string): string[] {
  const found: string[] = []
  const walk = (path: string): void => {
    for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
      if (entry.name === 'node_modules' || entry.name.startsWith('.')) continue
      const child = `${path}/${entry.name}`
      if (entry.isDirectory()) walk(child)
      else if (entry.name.endsWith(ending)) found.push(child)
    }
  }
  walk(folder)
  return found.sort()
}

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** Prints all complaints and sets the exit code, or prints a summary of the check. */
export function conclude(name: string, complaints: readonly string[], checked: string): void {
  if (complaints.length === 0) {
    console.log(`${name}: ${checked}`)
    return
  }
  console.error(`${name}: ${complaints.length} complaint(s)`)
  for (const complaint of complaints) console.error(`  ${complaint}`)
  process.exitCode = 1
}
