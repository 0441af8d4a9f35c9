import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const folder = new URL('../../../../runtimes/node_modules/', import.meta.url)

const programs = {
  node22: ['node22/bin/node'],
  node24: ['node24/bin/node'],
  node26: ['node26/bin/node'],
  bun: ['bun/bin/bun', 'run'],
  deno: ['deno/deno', 'run', '-A', '--no-check', '--quiet'],
} as const

/** The program of Workers, which takes a configuration instead of a program of this folder. */
export const workerd: string = fileURLToPath(new URL('workerd/bin/workerd', folder))

export type RuntimeName = keyof typeof programs

/** Runs a program of this folder. */
export function start(name: RuntimeName, program: string, ...args: string[]): ChildProcess {
  const [binary, ...flags] = programs[name]
  return spawn(fileURLToPath(new URL(binary, folder)), [...flags, fileURLToPath(new URL(program, import.meta.url)), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NO_COLOR: '1', NODE_NO_WARNINGS: '1' },
  })
}

/** All that a child writes to its standard output until it ends. */
export async function output(child: ChildProcess): Promise<string> {
  let text = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`exited with ${code}: ${text}`)
  return text
}

/** The first line that a child prints. */
export async function firstLine(child: ChildProcess): Promise<string> {
  let text = ''
  child.stdout?.setEncoding('utf8')
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk)
    if (text.includes('\n')) break
  }
  return text.slice(0, text.indexOf('\n'))
}
