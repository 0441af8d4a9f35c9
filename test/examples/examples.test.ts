/** Every example is run as a user runs it, against the built package (npm run build), and prints what its header says. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The indented lines behind `Prints:` in the comment that an example begins with. */
function promised(source: string): string {
  const header = source.slice(0, source.indexOf('*/'))
  const lines = header.slice(header.indexOf('Prints:')).split('\n').slice(1)
  return lines
    .filter((line) => line.startsWith(' *   '))
    .map((line) => `${line.slice(5)}\n`)
    .join('')
}

for (const file of readdirSync(`${root}examples`).filter((name) => name.endsWith('.ts'))) {
  test(`examples/${file} prints the output in its header`, { timeout: 30_000 }, async (t) => {
    const expected = promised(readFileSync(`${root}examples/${file}`, 'utf8'))
    assert.notEqual(expected, '')
    const child = spawn(process.execPath, ['--import', 'tsx', `examples/${file}`], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    t.after(() => child.kill())
    let printed = ''
    let complaints = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (printed += chunk))
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaints += chunk))
    const [code] = (await once(child, 'close')) as [number | null]
    assert.deepEqual([printed, complaints, code], [expected, '', 0])
  })
}
