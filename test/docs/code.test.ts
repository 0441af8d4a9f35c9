import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { filesUnder, read, root } from '../../scripts/sources.ts'

/** Blocks fenced with `ts` are type-checked; those fenced with `ts run` are executed too and must end by themselves. */
const folder = join(root, '.cache', 'docs')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })

interface Block {
  readonly place: string
  readonly file: string
  readonly run: boolean
}

const blocks: Block[] = []
for (const page of ['README.md', 'CONTRIBUTING.md', 'packages/hawser/README.md', ...filesUnder('docs', '.md')]) {
  const text = read(page)
  for (const match of text.matchAll(/^```ts( run)?\n([\s\S]*?)^```$/gm)) {
    const line = text.slice(0, match.index).split('\n').length
    const file = join(folder, `${page.replace(/\W/g, '-')}-${line}.ts`)
    writeFileSync(file, `${match[2]}\nexport {}\n`)
    blocks.push({ place: `${page}:${line}`, file, run: match[1] !== undefined })
  }
}

test('every block of code in the docs has right types', () => {
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.base.json',
      compilerOptions: { outDir: 'out', isolatedDeclarations: false, types: ['node'], noUnusedLocals: false, noUnusedParameters: false },
      include: ['*.ts'],
    }),
  )
  const { stdout, status } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' })
  assert.equal(status, 0, stdout)
  assert.ok(blocks.length > 0)
})

/** Compiled once for all: tsx would start a compiler for each block. */
const compiled = (file: string): string => join(folder, 'out', basename(file).replace(/\.ts$/, '.js'))

for (const { place, file } of blocks.filter(({ run }) => run)) {
  test(`the code at ${place} runs and ends`, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [compiled(file)], { cwd: root, encoding: 'utf8', timeout: 30_000 })
    assert.equal(status, 0, `${stdout}\n${stderr}\n${readFileSync(file, 'utf8')}`)
  })
}
