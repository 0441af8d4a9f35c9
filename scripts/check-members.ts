/**
 * Checks that private members are `#names`. Only a constructor may be `private`, since JavaScript has no private constructors. See
 * CONTRIBUTING.md.
 */
import { conclude, filesOfPackages, filesUnder, read } from './sources.ts'

const files = [
  ...filesOfPackages('src', '.ts'),
  ...filesOfPackages('test', '.ts'),
  ...['test', 'bench', 'fuzz', 'examples', 'scripts'].flatMap((folder) => filesUnder(folder, '.ts')),
]
const complaints: string[] = []
for (const file of files) {
  for (const [index, line] of read(file).split('\n').entries()) {
    const [, member] = /^\s+(?:static )?private (?:(?:static|readonly|override|async|get|set) )*([\w$]+)/.exec(line) ?? []
    if (member !== undefined && member !== 'constructor') complaints.push(`${file}:${index + 1}: write #${member}`)
  }
}
conclude('members', complaints, `the private members of ${files.length} files are #names`)
