/** The subjects of the measurements: programs on runtimes. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ownRuntime } from './options.ts'
import type { Options } from './options.ts'
import { textFloor } from './results.ts'

export interface Runtime {
  readonly name: string
  readonly kind: 'node' | 'bun' | 'deno'
  readonly command: string
  readonly args: readonly string[]
  readonly version: string
}

export interface Subject {
  /** `ws`, or `hawser:NAME` for one of several builds. */
  readonly name: string
  /** The file in servers/ or clients/. */
  readonly program: string
  /** The load uses streams of HTTP/2. */
  readonly http2: boolean
  readonly floor: boolean
  readonly runtime: Runtime
  readonly hawser: string
  readonly id: string
}

/** Packages of a folder that hold a runtime's binary, by the package's own name, whatever its alias. */
function installed(folder: string): Map<string, string> {
  const found = new Map<string, string>()
  const modules = join(folder, 'node_modules')
  if (!existsSync(modules)) return found
  const names = readdirSync(modules).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
  )
  for (const name of names) {
    const manifest = join(modules, name, 'package.json')
    if (!existsSync(manifest)) continue
    const { name: own, version } = JSON.parse(readFileSync(manifest, 'utf8')) as { name: string; version: string }
    const [key, binary] = own.startsWith('node-')
      ? [`node${version.split('.')[0]}`, 'bin/node']
      : own.startsWith('@oven/bun-')
        ? ['bun', 'bin/bun']
        : own.startsWith('@deno/')
          ? ['deno', 'deno']
          : ['', '']
    const path = join(modules, name, binary)
    if (key !== '' && existsSync(path)) found.set(key, path)
  }
  return found
}

export function findRuntimes(options: Options, root: string, skip: (what: string) => void): Runtime[] {
  const found = installed(options.runtimesFolder ?? join(root, 'runtimes'))
  return options.runtimes.flatMap((name): Runtime[] => {
    const command = name === ownRuntime ? process.execPath : found.get(name)
    if (command === undefined) {
      skip(`${name}: not installed (npm ci --ignore-scripts in runtimes/)`)
      return []
    }
    const kind = name === 'bun' ? 'bun' : name === 'deno' ? 'deno' : 'node'
    const text = execFileSync(command, ['--version'], { encoding: 'utf8' })
    const version = /\d+\.\d+\.\d+/.exec(text)?.[0] ?? text.trim()
    const args = kind === 'node' ? ['--expose-gc'] : kind === 'deno' ? ['run', '-A', '--no-lock', '--v8-flags=--expose-gc'] : []
    return [{ name, kind, command, args, version }]
  })
}

export function servers(runtimes: readonly Runtime[], entries: readonly string[], only: readonly string[]): Subject[] {
  return subjects(runtimes, entries, only, (kind) => (kind === 'node' ? ['floor', textFloor, 'ws', 'hawser'] : ['floor', kind]))
}

export function clients(runtimes: readonly Runtime[], entries: readonly string[], only: readonly string[]): Subject[] {
  return subjects(runtimes, entries, only, (kind) =>
    kind === 'node' ? ['floor', textFloor, 'ws', 'undici', 'hawser', 'hawser-web'] : ['floor', 'global'],
  )
}

/** Three of each Node: bare HTTP/2 streams as the floor, hawser over such streams, and the same server over TLS with HTTP/1.1. */
export function streams(runtimes: readonly Runtime[], entries: readonly string[], only: readonly string[]): Subject[] {
  return subjects(runtimes, entries, only, (kind) => (kind === 'node' ? ['floor', 'hawser'] : [])).flatMap((subject) => {
    if (subject.floor) return [{ ...subject, program: 'floor-http2', http2: true }]
    const name = subject.name.replace('hawser', 'hawser-tls')
    return [
      { ...subject, http2: true },
      { ...subject, name, id: `${name} ${subject.runtime.name}` },
    ]
  })
}

/** The same programs on `ws` and on `@hawser/ws`. */
export function dropIns(runtimes: readonly Runtime[], entry: string): Subject[] {
  const found = subjects(runtimes, [entry], [], (kind) => (kind === 'node' ? ['ws'] : []))
  return found.flatMap((subject) => {
    const name = '@hawser/ws'
    return [subject, { ...subject, name, id: `${name} ${subject.runtime.name}`, hawser: pathToFileURL(entry).href }]
  })
}

function subjects(
  runtimes: readonly Runtime[],
  entries: readonly string[],
  only: readonly string[],
  programs: (kind: Runtime['kind']) => readonly string[],
): Subject[] {
  return runtimes.flatMap((runtime) =>
    programs(runtime.kind)
      .filter((program) => program.startsWith('floor') || only.length === 0 || only.includes(program))
      .flatMap((program) => {
        const builds = program.startsWith('hawser') ? entries : ['']
        return builds.map((entry): Subject => {
          const name = builds.length > 1 ? `${program}:${label(entry)}` : program
          const hawser = entry === '' ? '' : pathToFileURL(entry).href
          return { name, program, http2: false, floor: program.startsWith('floor'), runtime, hawser, id: `${name} ${runtime.name}` }
        })
      }),
  )
}

/** The folder above `dist/node/index.js` tells builds apart. */
function label(entry: string): string {
  const parts = entry.split('/').filter((part) => !['dist', 'node'].includes(part) && !part.endsWith('.js'))
  return parts.at(-1) ?? basename(entry)
}
