/** `npm run masker`: assembles byte-masker.wat into byte-masker-code.ts. A test compares the two. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { read, root } from './sources.ts'
import { assemble } from './wat.ts'

const folder = 'packages/hawser/src/runtime/node'
const LINE = 124
const base64 = Buffer.from(assemble(read(`${folder}/byte-masker.wat`))).toString('base64')
const lines = Array.from({ length: Math.ceil(base64.length / LINE) }, (_, i) => `  '${base64.slice(i * LINE, (i + 1) * LINE)}'`)
writeFileSync(
  join(root, folder, 'byte-masker-code.ts'),
  `/** byte-masker.wat, assembled by \`npm run masker\`: edit that file, not this one. */\nexport const code: string =\n${lines.join(' +\n')}\n`,
)
