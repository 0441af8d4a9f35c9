/**
 * The Dockerfile without a container engine: its RUN steps run in a folder that stands for the image, but for those that reach a registry
 * (`apt-get`, `npm ci`), for which this machine's own Node and node_modules are taken.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const instructions = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => /^([A-Z]+) (.*)$/.exec(line)?.slice(1) ?? [line, ''])

const image = mkdtempSync(join(tmpdir(), 'image-'))
after(() => rmSync(image, { recursive: true }))
const inImage = (path: string): string => join(image, path)

/** Paths of the image in a shell line, moved below the folder. */
const moved = (line: string): string => line.replaceAll(/(?<=\s)(?=\/(?:suite|opt|build)\b)/g, image)

test('the image is of Debian, whose Node the package supports', () => {
  const bases = instructions.filter(([name]) => name === 'FROM').map(([, rest]) => rest)
  assert.deepEqual(bases, ['debian:trixie-slim AS build', 'debian:trixie-slim'])
  for (const [, rest = ''] of instructions.filter(([, text = '']) => text.includes('apt-get'))) assert.match(rest, /apt-get install .*\bnodejs\b/)
  // Debian trixie has Node 20.19.
  assert.match(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'), /"node": "\^20\.19 \|\|/)
})

test('its steps build the command, which runs from where the entry point looks for it', () => {
  let workdir = image
  const left: string[] = []
  for (const [name, rest = ''] of instructions) {
    if (name === 'WORKDIR') {
      workdir = inImage(rest)
      mkdirSync(workdir, { recursive: true })
    } else if (name === 'COPY') copy(rest.split(' '), workdir)
    else if (name === 'RUN' && /^apt-get|^npm ci/.test(rest)) left.push(rest.split(' ', 2).join(' '))
    else if (name === 'RUN') execFileSync('sh', ['-ec', moved(rest)], { cwd: workdir, stdio: ['ignore', 'pipe', 'pipe'] })
  }
  assert.deepEqual(left, ['apt-get update', 'npm ci', 'apt-get update'])
  const entry = JSON.parse(instructions.find(([name]) => name === 'ENTRYPOINT')?.[1] ?? '[]') as string[]
  assert.equal(entry[0], 'node')
  const shown = execFileSync(process.execPath, [inImage(entry[1] ?? ''), 'server', '--list', '--only', 'framing/length/text-1'], { encoding: 'utf8' })
  assert.match(shown, /^framing\/length\/text-1 /)
  assert.ok(!existsSync(inImage('opt/hawser-conformance/src')))
})

function copy([from = '', to = '', third]: readonly string[], workdir: string): void {
  if (from.startsWith('--from=')) {
    const target = inImage(third ?? '')
    mkdirSync(dirname(target), { recursive: true })
    cpSync(inImage(to), target, { recursive: true })
    return
  }
  assert.deepEqual([from, to], ['.', '.'])
  const files = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', 'packages', 'scripts', '*.json', '*.md', 'LICENSE'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
  for (const file of files.split('\0').filter((path) => path !== '' && !path.includes('/test/'))) {
    if (!existsSync(join(root, file))) continue
    mkdirSync(dirname(join(workdir, file)), { recursive: true })
    cpSync(join(root, file), join(workdir, file))
  }
  symlinkSync(join(root, 'node_modules'), join(workdir, 'node_modules'))
}
