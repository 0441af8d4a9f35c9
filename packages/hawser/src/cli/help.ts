import { helpOption } from './arguments.ts'
import type { CommandSpec, OptionSpec } from './command.ts'

const width = 100

export function commandHelp(spec: CommandSpec): string {
  const sections = [
    `${spec.summary}\n`,
    `usage: ${spec.usage}\n`,
    section('options', columns([...spec.options, helpOption].map((option) => [optionLabel(option), option.description]))),
    ...(spec.sections ?? []).map(([title, lines]) =>
      section(
        title,
        lines.map((line) => `  ${line}`),
      ),
    ),
    section('examples', columns(spec.examples)),
  ]
  return sections.join('\n')
}

export function generalHelp(specs: readonly CommandSpec[], version: string): string {
  return [
    `hawser ${version}: WebSocket from the command line\n`,
    'usage: hawser COMMAND [options]\n',
    section('commands', columns([...specs.map((spec) => [spec.name, spec.summary] as const), ['help COMMAND', 'show the help of a command']])),
    section(
      'options',
      columns([
        ['-h, --help', 'show this help'],
        ['-V, --version', 'show the version'],
      ]),
    ),
    section('examples', columns(specs.flatMap((spec) => spec.examples.slice(0, 1)))),
  ].join('\n')
}

function section(title: string, lines: readonly string[]): string {
  return `${title}:\n${lines.join('\n')}\n`
}

function optionLabel(option: OptionSpec): string {
  const short = option.short === undefined ? '    ' : `-${option.short}, `
  const value = option.value === undefined ? '' : option.omitted === undefined ? ` ${option.value}` : `[=${option.value}]`
  return `${short}--${option.name}${value}${option.multiple === true ? '…' : ''}`
}

/** Two columns; a label that is too wide gets its own line. */
function columns(rows: readonly (readonly [label: string, text: string])[]): string[] {
  const left = Math.min(34, Math.max(...rows.map(([label]) => label.length)))
  return rows.flatMap(([label, text]) => {
    const lines = wrap(text, width - left - 4)
    const first = label.length > left ? [`  ${label}`] : [`  ${label.padEnd(left)}  ${lines.shift() ?? ''}`]
    return [...first, ...lines.map((line) => `  ${' '.repeat(left)}  ${line}`)]
  })
}

export function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
