/** Tests mirror sources one to one: a source file with behaviour has its test at the same path, and no test mirrors nothing. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { conclude, filesUnder, read, root } from './sources.ts'

/** Folders and files of tests that belong to no single source file. */
const free = [
  'vectors',
  'contract',
  'property',
  'interop',
  'types',
  'dist',
  'fuzz',
  'docs',
  'scripts',
  'examples',
  'certificates',
  'conformance/peers',
]

const exempt = new Map<string, string>(Object.entries(JSON.parse(read('test/mirror-exemptions.json')) as Record<string, string>))

/** A name that ends in `/` is a folder. */
const exemptAt = (file: string): boolean => exempt.has(file) || [...exempt.keys()].some((name) => name.endsWith('/') && file.startsWith(name))

const complaints: string[] = []
let mirrored = 0
for (const file of filesUnder('src', '.ts')) {
  const text = read(file)
  const behaves = /^export (async )?(function|class|abstract class|const \w+[^=]*=\s*(\(|async|function|new|\w+\())/m.test(text)
  const test = file.replace(/^src\//, 'test/').replace(/\.ts$/, '.test.ts')
  if (file.endsWith('/index.ts') || !behaves) continue
  if (existsSync(join(root, test))) mirrored += 1
  else if (!exemptAt(file)) complaints.push(`${file} has no ${test}`)
  if (exempt.has(file) && existsSync(join(root, test))) complaints.push(`${file} is exempted but has ${test}`)
}
for (const [file, reason] of exempt) {
  if (!existsSync(join(root, file))) complaints.push(`test/mirror-exemptions.json names ${file}, which does not exist`)
  if (reason.length < 20) complaints.push(`test/mirror-exemptions.json gives no reason for ${file}`)
}
for (const test of filesUnder('test', '.test.ts')) {
  if (free.some((name) => test.startsWith(`test/${name}/`) || test === `test/${name}.test.ts`)) continue
  const source = test.replace(/^test\//, 'src/').replace(/\.test\.ts$/, '.ts')
  const folder = source.replace(/\.ts$/, '')
  if (!existsSync(join(root, source)) && !existsSync(join(root, folder))) complaints.push(`${test} mirrors no source file`)
}
conclude('mirror', complaints, `${mirrored} source files have their test, ${exempt.size} are exempted with a reason`)
