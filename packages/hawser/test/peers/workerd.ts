import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { build } from 'esbuild'
import { workerd } from './runtime.ts'

/** Bundles a Worker and serves it until the test ends. @returns its port */
export async function startWorker(t: { after(end: () => Promise<void>): unknown }, program: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-workerd-'))
  await build({ entryPoints: [program], outfile: join(folder, 'worker.js'), bundle: true, format: 'esm', platform: 'neutral', logLevel: 'error' })
  writeFileSync(
    join(folder, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const worker :Workerd.Worker = (modules = [(name = "worker", esModule = embed "worker.js")], compatibilityDate = "2026-11-01");
`,
  )
  // Descriptor 3 gets the port that the system chose.
  const child = spawn(workerd, ['serve', '--control-fd=3', 'config.capnp'], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit', 'pipe'] })
  t.after(async () => {
    const ended = once(child, 'close')
    child.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true })
  })
  let control = ''
  for await (const chunk of child.stdio[3] as AsyncIterable<Buffer>) {
    control += String(chunk)
    const [, port] = /"port":(\d+)/.exec(control) ?? []
    if (port !== undefined) return Number(port)
  }
  throw new Error(`workerd ended (${process.platform}): ${control}`)
}
