import { resolve } from 'node:path'
import { autobahnPatterns, isAutobahnNumber, patternsOfNumbers } from '../autobahn/translate.ts'
import { UsageError } from './usage-error.ts'
import type { Arguments } from './arguments.ts'
import type { ConformanceCase } from '../case.ts'
import { readPins } from '../pins.ts'
import type { Pins } from '../pins.ts'
import { rules } from '../rules.ts'
import { idMatcher, selectCases } from '../select.ts'
import type { CliIo } from './io.ts'
import { caseTiers } from '../cases/tiers.ts'
import type { CaseTier } from '../cases/tiers.ts'
import { readFile } from './read-file.ts'
import { byteCount, duration, wholeNumber } from './values.ts'
import { checkWritable } from './write-file.ts'

/** What is printed and written. */
export interface OutputSettings {
  readonly json: string | undefined
  readonly junit: string | undefined
  readonly html: string | undefined
  readonly markdown: string | undefined
  /** Whether annotations of GitHub Actions are printed. */
  readonly github: boolean
  readonly expected: Pins | undefined
  readonly writeExpect: string | undefined
  readonly verbose: boolean
  readonly quiet: boolean
}

/** What the options that both modes share come to. */
export interface Settings extends OutputSettings {
  /** As `runServerSuite`, `runClientSuite` and `serveClientSuite` take them. */
  readonly suite: {
    readonly tier: CaseTier
    readonly only: readonly string[]
    readonly exclude: readonly string[]
    readonly seed: number
    readonly timeouts: boolean
    readonly bounds: { readonly answerMs?: number; readonly handshakeMs?: number; readonly closeMs?: number }
    readonly jobs?: number
    readonly maxMessage?: number
  }
  readonly list: boolean
}

/** @throws UsageError for options that exclude each other, an --expect file that cannot be read, or a file that cannot be written */
export function readOutputSettings(args: Arguments, env: CliIo['env'] = {}): OutputSettings {
  const expect = args.get('expect')
  args.exclusive('verbose', 'quiet')
  const onStdout = ['json', 'junit', 'markdown'].filter((name) => args.get(name) === '-')
  if (onStdout.length > 1) throw new UsageError(`only one of --${onStdout[0]} and --${onStdout[1]} can be standard output`)
  checkFiles(args)
  return {
    json: args.get('json'),
    junit: args.get('junit'),
    html: args.get('html'),
    markdown: args.get('markdown'),
    github: args.has('github') || env['GITHUB_ACTIONS'] === 'true',
    expected: expect === undefined ? undefined : readExpected(expect),
    writeExpect: args.get('write-expect'),
    verbose: args.has('verbose'),
    quiet: args.has('quiet'),
  }
}

/** The options that name a file to write. */
const written = ['json', 'junit', 'html', 'markdown', 'write-expect'] as const

function checkFiles(args: Arguments): void {
  const taken = new Map<string, string>()
  for (const option of written) {
    const file = args.get(option)
    if (file === undefined) continue
    const other = taken.get(resolve(file))
    if (other !== undefined) throw new UsageError(`options --${other} and --${option} name the same file: ${file}`)
    taken.set(resolve(file), option)
    checkWritable(option, file)
  }
}

/** `--tier`. @throws UsageError for another than there are */
export function tierOf(args: Arguments): CaseTier {
  const text = args.get('tier') ?? 'standard'
  const found = caseTiers.find((tier) => tier === text)
  if (found === undefined) throw new UsageError(`option --tier: unknown tier ${JSON.stringify(text)} (known: ${caseTiers.join(', ')})`)
  return found
}

/** @throws UsageError for a value out of range, an --expect file that cannot be read, or an --only that selects nothing of `cases` */
export function readSettings(args: Arguments, cases: readonly ConformanceCase[], env: CliIo['env'] = {}): Settings {
  const number = (name: string, least: number, most: number): number | undefined => {
    const text = args.get(name)
    return text === undefined ? undefined : wholeNumber(name, text, least, most)
  }
  const timeout = args.get('timeout')
  const patience = args.get('patience')
  const patienceMs = patience === undefined ? undefined : duration('patience', patience)
  const bytes = args.get('max-message')
  const jobs = number('jobs', 1, 256)
  const only = [...patternsOf(args, 'only', cases), ...profileOf(args)]
  const exclude = patternsOf(args, 'exclude', cases)
  if (selectCases(cases, only, exclude).length === 0) throw new UsageError('option --exclude: no case is left')
  return {
    suite: {
      tier: tierOf(args),
      only,
      exclude,
      seed: number('seed', 0, 0x7fff_ffff) ?? 1,
      timeouts: !args.has('no-timeouts'),
      bounds: {
        ...(timeout === undefined ? {} : { answerMs: duration('timeout', timeout) }),
        ...(patienceMs === undefined ? {} : { handshakeMs: patienceMs, closeMs: patienceMs }),
      },
      ...(jobs === undefined ? {} : { jobs }),
      ...(bytes === undefined ? {} : { maxMessage: byteCount('max-message', bytes) }),
    },
    list: args.has('list'),
    ...readOutputSettings(args, env),
  }
}

const alwaysIds = Object.values(rules).map(({ id }) => `always/${id}`)

/** The ids, areas and patterns of `--only` or `--exclude`; numbers of the Autobahn|Testsuite are translated. @throws UsageError for one without a case */
function patternsOf(args: Arguments, name: 'only' | 'exclude', cases: readonly ConformanceCase[]): string[] {
  return args.list(name).flatMap((pattern) => {
    const patterns = isAutobahnNumber(pattern) ? patternsOfNumbers(pattern) : [pattern]
    // The rules that are always checked are no cases, but results that may be left out.
    const isKnown = patterns.length > 0 && (selectCases(cases, patterns).length > 0 || (name === 'exclude' && alwaysIds.some(idMatcher(patterns))))
    if (!isKnown) throw new UsageError(`option --${name}: no case matches ${JSON.stringify(pattern)}`, 'try --list')
    return patterns
  })
}

/** The patterns of `--profile`; none without. @throws UsageError for an unknown one */
function profileOf(args: Arguments): string[] {
  const profile = args.get('profile')
  if (profile === undefined) return []
  if (profile !== 'autobahn') throw new UsageError(`option --profile: unknown profile ${JSON.stringify(profile)} (known: autobahn)`)
  args.exclusive('profile', 'only')
  return autobahnPatterns()
}

function readExpected(file: string): Pins {
  const text = readFile('expect', file).toString('utf8')
  try {
    return readPins(JSON.parse(text))
  } catch (error) {
    throw new UsageError(`option --expect: ${file}: ${(error as Error).message}`)
  }
}
