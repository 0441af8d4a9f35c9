import { spawn } from 'node:child_process'
import type { ChildProcess, StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

/** The built library: it starts several times faster than the sources do. `npm test` builds first. */
export const library: string = new URL('../../dist/node/index.js', import.meta.url).href
export const command: string = fileURLToPath(new URL('../../dist/node/cli.js', import.meta.url))

/** A process that is killed with its test, also if it is stopped. */
export function spawnFor(t: TestContext, program: string, args: readonly string[], stdio: StdioOptions): ChildProcess {
  const child = spawn(program, args, { stdio })
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  return child
}

/** A program that uses the library as `hawser`; resolves with its first message, sent by `process.send`. */
export async function runProgram(t: TestContext, program: string): Promise<{ child: ChildProcess; first: unknown }> {
  const child = spawnFor(
    t,
    process.execPath,
    ['--input-type=module', '--eval', program.replaceAll("'hawser'", `'${library}'`)],
    ['ignore', 'inherit', 'inherit', 'ipc'],
  )
  const [first] = (await once(child, 'message')) as [unknown]
  return { child, first }
}
