/** Checks that tests mirror sources one to one: each source file with behaviour has a test at the same path, and each such test has a source file. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { conclude, filesUnder, packages, read, root } from './sources.ts'

/** Folders and files of tests that belong to no single source file. */
const free = [
  'advisories',
  'vectors',
  'contract',
  'property',
  'interop',
  'types',
  'wpt',
  'dist',
  'faults',
  'fuzz',
  'docs',
  'scripts',
  'examples',
  'certificates',
  'hostile',
  'legal',
  'missed',
  'peers',
]

const complaints: string[] = []
let mirrored = 0
let exempted = 0
for (const folder of packages) checkPackage(folder)
conclude('mirror', complaints, `${mirrored} source files have their test, ${exempted} are exempted with a reason`)

function checkPackage(folder: string): void {
  const inside = (file: string): string => file.slice(folder.length + 1)
  const exists = (file: string): boolean => existsSync(join(root, folder, file))
  const exempt = new Map<string, string>(Object.entries(JSON.parse(read(`${folder}/test/mirror-exemptions.json`)) as Record<string, string>))
  exempted += exempt.size
  /** A name that ends in `/` is a folder. */
  const exemptAt = (file: string): boolean => exempt.has(file) || [...exempt.keys()].some((name) => name.endsWith('/') && file.startsWith(name))

  for (const path of filesUnder(`${folder}/src`, '.ts')) {
    const text = read(path)
    const file = inside(path)
    const behaves = /^export (async )?(function|class|abstract class|const \w+[^=]*=\s*(\(|async|function|new|\w+\())/m.test(text)
    const test = file.replace(/^src\//, 'test/').replace(/\.ts$/, '.test.ts')
    if (file.endsWith('/index.ts') || !behaves) continue
    if (exists(test)) mirrored += 1
    else if (!exemptAt(file)) complaints.push(`${path} has no ${test}`)
    if (exempt.has(file) && exists(test)) complaints.push(`${path} is exempted but has ${test}`)
  }
  for (const [file, reason] of exempt) {
    if (!exists(file)) complaints.push(`${folder}/test/mirror-exemptions.json names ${file}, which does not exist`)
    if (reason.length < 20) complaints.push(`${folder}/test/mirror-exemptions.json gives no reason for ${file}`)
  }
  for (const path of filesUnder(`${folder}/test`, '.test.ts')) {
    const test = inside(path)
    if (free.some((name) => test.startsWith(`test/${name}/`) || test === `test/${name}.test.ts`)) continue
    const source = test.replace(/^test\//, 'src/').replace(/\.test\.ts$/, '.ts')
    if (!exists(source) && !exists(source.replace(/\.ts$/, ''))) complaints.push(`${path} mirrors no source file`)
  }
}
