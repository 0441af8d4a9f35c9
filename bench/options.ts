import { parseArgs } from 'node:util'

export interface Options {
  readonly scenarios: readonly string[]
  readonly rounds: number
  /** Each starts every server again. */
  readonly memoryRounds: number
  readonly sliceMs: number
  readonly warmupMs: number
  readonly quick: boolean
  readonly runtimes: readonly string[]
  readonly only: readonly string[]
  readonly entries: readonly string[]
  readonly runtimesFolder: string | undefined
  readonly json: string | undefined
  readonly html: string | undefined
  readonly markdown: string | undefined
  /** A file of `keep`, of the round before. */
  readonly before: string | undefined
  /** Where the ratios of hawser are written for `before` of a later round. */
  readonly keep: string | undefined
  /** Folder for CPU profiles of the servers and clients on Node. */
  readonly profile: string | undefined
  readonly list: boolean
  /** As typed, for the report. */
  readonly command: string
}

/** The Node that runs this. */
export const ownRuntime: string = `node${process.versions.node.split('.')[0]}`

export const usageText = `npm run bench -- [options]
  --scenario NAME   one scenario or group, repeatable (--list shows them), "curves", or "all";
                    default: the table, the client, and of TLS, compression and HTTP/2 the usual case
  --list            list scenarios and groups
  --quick           short slices, two rounds, fewer connections, this Node alone: seconds, for a look
  --rounds N        paired rounds (default 5 of scenarios that are named, else 3)
  --slice MS        measured time of one subject in one round (default 300, 250 where no scenario is named)
  --runtimes LIST   of node20,node22,node24,node26,bun,deno (default node20,node26,bun,deno; with --quick this one)
  --only LIST       of floor,ws,hawser,bun,deno,undici,global (default all)
  --entry FILE      hawser's built entry point (default packages/hawser/dist/node/index.js); repeatable, to compare builds
  --runtimes-folder DIR   where the runtimes are installed (default runtimes/)
  --profile DIR     CPU profiles of what is measured on Node; bench/profile.ts reads them
  --json F  --html F  --markdown F   reports
  --before F        what --keep wrote in the round before, for its column in --markdown (default bench/before.json)
  --keep F          writes hawser's ratios for --before`

export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scenario: { type: 'string', multiple: true },
      list: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      quick: { type: 'boolean' },
      rounds: { type: 'string' },
      slice: { type: 'string' },
      runtimes: { type: 'string' },
      only: { type: 'string' },
      entry: { type: 'string', multiple: true },
      'runtimes-folder': { type: 'string' },
      profile: { type: 'string' },
      json: { type: 'string' },
      html: { type: 'string' },
      markdown: { type: 'string' },
      before: { type: 'string' },
      keep: { type: 'string' },
    },
  })
  if (values.help === true) {
    console.log(usageText)
    process.exit(0)
  }
  const quick = values.quick === true
  // The default run should take at most six minutes.
  const usual = values.scenario === undefined
  const rounds = whole('--rounds', values.rounds, quick ? 2 : usual ? 3 : 5)
  return {
    scenarios: values.scenario ?? [],
    rounds,
    memoryRounds: Math.min(rounds, usual ? 2 : 3),
    sliceMs: whole('--slice', values.slice, quick ? 150 : usual ? 250 : 300),
    warmupMs: quick ? 200 : usual ? 400 : 600,
    quick,
    runtimes: list(values.runtimes) ?? (quick ? [ownRuntime] : ['node20', 'node26', 'bun', 'deno']),
    only: list(values.only) ?? [],
    entries: values.entry ?? [],
    runtimesFolder: values['runtimes-folder'],
    json: values.json,
    html: values.html,
    markdown: values.markdown,
    before: values.before,
    keep: values.keep,
    profile: values.profile,
    list: values.list === true,
    command: `npm run bench${args.length === 0 ? '' : ` -- ${args.join(' ')}`}`,
  }
}

function list(text: string | undefined): readonly string[] | undefined {
  return text?.split(',').filter((item) => item !== '')
}

function whole(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new Error(`${name}: expected a whole number above 0, received ${text}`)
  return number
}
