import { spawn } from 'node:child_process'
import { clientCases } from '../cases/client/index.ts'
import { runClientSuite } from '../client-suite.ts'
import type { StartClient } from '../client-suite.ts'
import { UsageError } from './arguments.ts'
import type { Arguments } from './arguments.ts'
import type { CliIo } from './io.ts'
import { listCases } from './list.ts'
import { onlyWithEach, onlyWithPort } from './modes.ts'
import { Output } from './output.ts'
import { checkTls, readFile } from './read-file.ts'
import { serveCases } from './serve-cases.ts'
import { readSettings } from './settings.ts'
import { duration } from './values.ts'

/** The mode `client`. @returns the exit code @throws UsageError */
export async function testClient(args: Arguments, io: CliIo): Promise<number> {
  const settings = readSettings(args, clientCases)
  if (settings.list) return listCases(io, settings, clientCases)
  const each = args.get('each')
  const wrong = (each === undefined ? onlyWithEach : onlyWithPort).find((name) => args.has(name))
  if (each === undefined) {
    if (wrong !== undefined) throw new UsageError(`--${wrong} needs --each`)
    return serveCases(args, settings, io)
  }
  if (wrong !== undefined) throw new UsageError(`--each and --${wrong} exclude each other`)
  const words = commandWords(each)
  const certificate = certificateOf(args)
  const startTimeout = args.get('start-timeout')
  const startMs = startTimeout === undefined ? {} : { startMs: duration('start-timeout', startTimeout) }
  const output = new Output(io, settings)
  const report = await runClientSuite(starter(words), {
    ...settings.suite,
    bounds: { ...settings.suite.bounds, ...startMs },
    http2: args.has('http2'),
    ...(certificate === undefined ? {} : { certificate }),
    progress: output.progress,
    agent: args.get('agent') ?? each,
  })
  const code = output.show(report)
  output.writeFiles([report])
  return code
}

function starter(words: readonly string[]): StartClient {
  return (url, signal) =>
    new Promise((resolve) => {
      const [file = '', ...rest] = words.map((word) => word.replaceAll('{url}', url))
      const child = spawn(file, rest, { stdio: 'ignore' })
      child.once('error', () => resolve())
      child.once('exit', () => resolve())
      // A client gets half a second to end by itself.
      signal.addEventListener('abort', () => setTimeout(() => child.kill('SIGKILL'), 500).unref())
    })
}

/** Words, with single or double quotes around those with spaces. @throws UsageError for a quotation without end, or without {url} */
export function commandWords(command: string): string[] {
  const words: string[] = []
  let rest = command
  while ((rest = rest.trimStart()) !== '') {
    const match = /^(?:"[^"]*"|'[^']*'|[^\s"'])+/.exec(rest)
    if (match === null) throw new UsageError(`option --each: a quotation does not end in ${JSON.stringify(command)}`)
    words.push(match[0].replace(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''))
    rest = rest.slice(match[0].length)
    if (/^["']/.test(rest)) throw new UsageError(`option --each: a quotation does not end in ${JSON.stringify(command)}`)
  }
  if (!words.some((word) => word.includes('{url}'))) throw new UsageError("option --each: the command needs {url}, for example 'node echo.js {url}'")
  return words
}

function certificateOf(args: Arguments): { readonly cert: Buffer; readonly key: Buffer } | undefined {
  args.together('tls-cert', 'tls-key')
  const [certFile, keyFile] = [args.get('tls-cert'), args.get('tls-key')]
  if (certFile === undefined || keyFile === undefined) return undefined
  const [cert, key] = [readFile('tls-cert', certFile), readFile('tls-key', keyFile)]
  checkTls('options --tls-cert and --tls-key', { cert, key })
  return { cert, key }
}
