import { serverCases } from '../cases/server/index.ts'
import { runServerSuite } from '../server-suite.ts'
import { UsageError } from './arguments.ts'
import type { Arguments } from './arguments.ts'
import type { CliIo } from './io.ts'
import { listCases } from './list.ts'
import { Output } from './output.ts'
import { readSettings } from './settings.ts'
import { fieldLine } from './values.ts'

/** The mode `server`. @returns the exit code @throws UsageError */
export async function testServer(args: Arguments, io: CliIo): Promise<number> {
  const settings = readSettings(args, serverCases)
  if (settings.list) return listCases(io, settings, serverCases)
  const url = target(args)
  const subprotocols = args
    .get('subprotocols')
    ?.split(',')
    .filter((name) => name !== '')
  const originRefused = args.get('origin-refused')
  const pathUnknown = args.get('path-unknown')
  const fields = args.list('header').map((line) => fieldLine('header', line))
  const output = new Output(io, settings)
  const report = await runServerSuite(url, {
    ...settings.suite,
    progress: output.progress,
    deflate: !args.has('no-deflate'),
    insecure: args.has('insecure'),
    http2: args.has('http2'),
    fields,
    ...(subprotocols === undefined ? {} : { subprotocols }),
    ...(originRefused === undefined ? {} : { originRefused }),
    ...(pathUnknown === undefined ? {} : { pathUnknown }),
  })
  const code = output.show(report)
  output.writeFiles([report])
  return code
}

function target(args: Arguments): URL {
  const text = args.positionals[0] ?? ''
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'ws:' && url.protocol !== 'wss:'))
    throw new UsageError(`expected a ws: or wss: URL, received ${JSON.stringify(text)}`)
  return url
}
