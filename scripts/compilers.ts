/**
 * Compiles the README's programs against the packed library with every compiler of compilers/package.json, as ES modules and as CommonJS, with
 * strict and without skipLibCheck; then Jest and Vitest load it, and bundlers bundle it for a page. An argument selects the compilers whose version
 * begins with it. Run `npm ci --ignore-scripts --prefix compilers` first.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundlerPrograms, bundlers } from './bundler-programs.ts'
import { read, root } from './sources.ts'

const installed = join(root, 'compilers/node_modules')
if (!existsSync(installed)) {
  console.error(`${installed} does not exist; run npm ci --ignore-scripts --prefix compilers`)
  process.exit(1)
}

const folder = mkdtempSync(join(tmpdir(), 'hawser-compilers-'))
let failed = 0

function run(what: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, ...env },
  })
  console.log(`${status === 0 ? 'ok' : 'FAILED'} ${what}`)
  if (status === 0) return
  failed += 1
  console.log(`${stdout}\n${stderr}`)
}

const programs = [...read('README.md').matchAll(/```ts run\n([\s\S]*?)```/g)].map(([, program = '']) => program)
if (programs.length === 0) throw new Error('README.md has no program')

/** In CommonJS the library is imported when it is needed: it is an ES module, which `require` of TypeScript before 5.8 does not take. */
function asCommonJs(program: string): string {
  const imports: string[] = []
  const body = program.replace(/^import \{ (.+) \} from '(.+)'\n/gm, (_line, names: string, from: string) => {
    imports.push(`  const { ${names} } = await import('${from}')\n`)
    return ''
  })
  return `async function main() {\n${imports.join('')}${body}}\nvoid main()\n`
}

const options = {
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  types: ['node'],
  lib: ['es2023'],
  target: 'es2022',
}
const resolutions: readonly [module: string, moduleResolution: string][] = [
  ['esnext', 'bundler'],
  ['node16', 'node16'],
  ['nodenext', 'nodenext'],
]

try {
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true })
  const tarball = spawnSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
    cwd: join(root, 'packages/hawser'),
    encoding: 'utf8',
  })
  const packed = join(folder, tarball.stdout.trim())
  mkdirSync(join(folder, 'node_modules/hawser'))
  spawnSync('tar', ['-xzf', packed, '-C', join(folder, 'node_modules/hawser'), '--strip-components=1'])
  for (const name of readdirSync(installed).filter((one) => !one.startsWith('.') && one !== '@types'))
    symlinkSync(join(installed, name), join(folder, 'node_modules', name))
  for (const name of readdirSync(join(installed, '@types'))) symlinkSync(join(installed, '@types', name), join(folder, 'node_modules/@types', name))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  for (const [index, program] of programs.entries()) {
    writeFileSync(join(folder, `program${index}.mts`), program)
    writeFileSync(join(folder, `program${index}.cts`), asCommonJs(program))
  }
  const named = (extension: string): string[] => programs.map((_, index) => `program${index}${extension}`)
  writeFileSync(join(folder, 'required.cts'), "import { serve } from 'hawser'\nvoid serve({ message: (socket, data) => socket.send(data) })\n")
  for (const compiler of readdirSync(installed)
    .filter((one) => one.startsWith(`typescript-${process.argv[2] ?? ''}`))
    .sort()) {
    const version = compiler.replace('typescript-', '')
    for (const [module, moduleResolution] of resolutions) {
      const requires = moduleResolution === 'nodenext' && Number(version) >= 5.8
      const files = [...named('.mts'), ...(moduleResolution === 'bundler' ? [] : named('.cts')), ...(requires ? ['required.cts'] : [])]
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...options, module, moduleResolution }, files }))
      run(`TypeScript ${version}, ${moduleResolution}: ${files.join(', ')}`, [join(installed, compiler, 'bin/tsc'), '-p', 'tsconfig.json'])
    }
  }
  const loads = "test('hawser loads', async () => {\n  const { serve } = await import('hawser')\n  await (await serve({ port: 0 })).close()\n})\n"
  writeFileSync(join(folder, 'jest.test.mjs'), loads)
  writeFileSync(join(folder, 'vitest.test.mjs'), `import { test } from 'vitest'\n${loads}`)
  run('Jest', [join(installed, 'jest/bin/jest.js'), '--rootDir', folder, '--testMatch', '**/jest.test.mjs', '--testEnvironment', 'node'], {
    NODE_OPTIONS: '--experimental-vm-modules',
  })
  run('Vitest', [join(installed, 'vitest/vitest.mjs'), 'run', '--root', folder, 'vitest.test.mjs'])
  for (const [name, program] of Object.entries(bundlerPrograms)) writeFileSync(join(folder, name), program)
  for (const bundler of bundlers) run(`${bundler}, for a page`, [`${bundler}.mjs`])
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failed === 0 ? 0 : 1
