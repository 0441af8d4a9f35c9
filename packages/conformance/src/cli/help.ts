import { helpOption } from './arguments.ts'
import type { ModeSpec, OptionSpec } from './mode-spec.ts'
import { exitCodeMeanings } from './exit-codes.ts'

const width = 100

/** @param command how the command was called: `hawser-conformance` or `hawser conformance` */
export function modeHelp(spec: ModeSpec, command: string): string {
  return [
    `${spec.summary}\n`,
    `usage: ${command} ${spec.usage}\n`,
    section('options', columns([...spec.options, helpOption].map((option) => [optionLabel(option), option.description]))),
    exitCodesSection(),
    section('examples', columns(spec.examples.map(([args, what]) => [`${command} ${args}`, what]))),
  ].join('\n')
}

export function generalHelp(specs: readonly ModeSpec[], command: string, version: string): string {
  return [
    `${command} ${version}: test a WebSocket server or client against the standards\n`,
    `usage: ${specs.map((spec) => `${command} ${spec.usage}`).join('\n       ')}\n`,
    section('modes', columns(specs.map((spec) => [spec.name, spec.summary]))),
    section(
      'options',
      columns([
        ['-h, --help', 'show this help; after a mode, show its options'],
        ['-V, --version', 'show the version'],
      ]),
    ),
    exitCodesSection(),
    section('examples', columns(specs.flatMap((spec) => spec.examples.slice(0, 2).map(([args, what]) => [`${command} ${args}`, what] as const)))),
  ].join('\n')
}

function exitCodesSection(): string {
  return section('exit codes', columns(exitCodeMeanings.map(([code, meaning]) => [String(code), meaning])))
}

function section(title: string, lines: readonly string[]): string {
  return `${title}:\n${lines.join('\n')}\n`
}

function optionLabel(option: OptionSpec): string {
  const short = option.short === undefined ? '    ' : `-${option.short}, `
  return `${short}--${option.name}${option.value === undefined ? '' : ` ${option.value}`}${option.multiple === true ? '…' : ''}`
}

/** Two columns; a label that is too wide gets a line of its own. */
function columns(rows: readonly (readonly [label: string, text: string])[]): string[] {
  const left = Math.min(34, Math.max(...rows.map(([label]) => label.length)))
  return rows.flatMap(([label, text]) => {
    const lines = wrap(text, width - left - 4)
    const first = label.length > left ? [`  ${label}`] : [`  ${label.padEnd(left)}  ${lines.shift() ?? ''}`]
    return [...first, ...lines.map((line) => `  ${' '.repeat(left)}  ${line}`)]
  })
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
