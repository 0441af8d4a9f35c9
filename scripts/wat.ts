/**
 * Assembles the part of the WebAssembly text format that our module uses (https://webassembly.github.io/spec/core/text/): one memory and
 * one function, both exported, of folded instructions. Anything else is an error. A package that assembles the whole format takes 2 MB.
 */

type Expression = string | Expression[]

const TYPES: Readonly<Record<string, number>> = { i32: 0x7f, v128: 0x7b }
const EMPTY_BLOCK = 0x40
const END = 0x0b

/** Opcodes of instructions without immediates; those of SIMD have a prefix. */
const PLAIN: Readonly<Record<string, readonly number[]>> = {
  'i32.eqz': [0x45],
  'i32.lt_u': [0x49],
  'i32.ge_u': [0x4f],
  'i32.add': [0x6a],
  'i32.and': [0x71],
  'i32.shl': [0x74],
  'i32.rotr': [0x78],
  'i32x4.splat': [0xfd, 0x11],
  'v128.or': [0xfd, 0x50],
  'v128.xor': [0xfd, 0x51],
  'i8x16.bitmask': [0xfd, 0x64],
}
const WITH_LOCAL: Readonly<Record<string, number>> = { 'local.get': 0x20, 'local.set': 0x21, 'local.tee': 0x22 }
const MEMORY: Readonly<Record<string, readonly number[]>> = { 'v128.load': [0xfd, 0x00], 'v128.store': [0xfd, 0x0b] }
const BLOCKS: Readonly<Record<string, number>> = { block: 0x02, loop: 0x03 }

/** @throws SyntaxError */
export function assemble(text: string): Uint8Array {
  const [module, ...rest] = parse(text)
  const [keyword, memory, func, ...more] = listOf(module)
  if (keyword !== 'module' || rest.length > 0 || more.length > 0) throw new SyntaxError('expected one module of a memory and a function')
  const [, memoryExport, pages] = tagged(memory, 'memory')
  const { type, body, exported } = assembleFunction(tagged(func, 'func'))
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector([type])),
    ...section(3, vector([[0]])),
    ...section(5, vector([[0x00, ...unsigned(Number(pages))]])),
    ...section(7, vector([exportOf(exportName(memoryExport), 2), exportOf(exported, 0)])),
    ...section(10, vector([[...unsigned(body.length), ...body]])),
  ])
}

function assembleFunction(items: Expression[]): { type: number[]; body: number[]; exported: string } {
  const names = new Map<string, number>()
  const locals: number[] = []
  const parameters: number[] = []
  const results: number[] = []
  const code: number[] = []
  let exported = ''
  for (const item of items.slice(1)) {
    const [head, first, second] = listOf(item)
    if (head === 'export') exported = exportName(item)
    else if (head === 'param' || head === 'local') {
      names.set(String(first), names.size)
      ;(head === 'param' ? parameters : locals).push(typeCode(second))
    } else if (head === 'result') results.push(typeCode(first))
    else code.push(...instruction(listOf(item), names, []))
  }
  const type = [0x60, ...vector(parameters.map((code) => [code])), ...vector(results.map((code) => [code]))]
  return { type, body: [...vector(runs(locals)), ...code, END], exported }
}

/** Locals of one type that follow each other are declared together. */
function runs(types: readonly number[]): number[][] {
  const groups: { count: number; type: number }[] = []
  for (const type of types) {
    const last = groups.at(-1)
    if (last?.type === type) last.count++
    else groups.push({ count: 1, type })
  }
  return groups.map(({ count, type }) => [...unsigned(count), type])
}

/** @param labels of the enclosing blocks, the innermost last */
function instruction([name, ...operands]: Expression[], names: ReadonlyMap<string, number>, labels: readonly string[]): number[] {
  if (typeof name !== 'string') throw new SyntaxError('expected an instruction')
  const nested = (expressions: Expression[], inner = labels): number[] =>
    expressions.flatMap((expression) => instruction(listOf(expression), names, inner))
  const plain = PLAIN[name]
  if (plain !== undefined) return [...nested(operands), ...plain]
  const block = BLOCKS[name]
  if (block !== undefined) return [block, EMPTY_BLOCK, ...nested(operands.slice(1), [...labels, String(operands[0])]), END]
  const withLocal = WITH_LOCAL[name]
  if (withLocal !== undefined) return [...nested(operands.slice(1)), withLocal, ...unsigned(find(names.get(String(operands[0])), operands[0]))]
  const memory = MEMORY[name]
  if (memory !== undefined) {
    const offset = /^offset=(\d+)$/.exec(String(operands[0]))?.[1]
    if (operands[1] !== 'align=1') throw new SyntaxError(`expected align=1, found ${String(operands[1])}`)
    return [...nested(operands.slice(2)), ...memory, 0x00, ...unsigned(Number(find(offset, operands[0])))]
  }
  if (name === 'i32.const') return [0x41, ...signed(Number(operands[0]))]
  if (name === 'br_if') {
    const depth = [...labels].reverse().indexOf(String(operands[0]))
    return [...nested(operands.slice(1)), 0x0d, ...unsigned(find(depth < 0 ? undefined : depth, operands[0]))]
  }
  throw new SyntaxError(`unknown instruction ${name}`)
}

function parse(text: string): Expression[] {
  const stack: Expression[][] = [[]]
  for (const [token] of text.replace(/;;.*$/gm, '').matchAll(/[()]|"[^"]*"|[^\s()"]+/g)) {
    if (token === '(') stack.push([])
    else if (token !== ')') stack.at(-1)!.push(token)
    else {
      const list = stack.pop()!
      find(stack.at(-1), ')').push(list)
    }
  }
  if (stack.length !== 1) throw new SyntaxError('a parenthesis is not closed')
  return stack[0]!
}

function listOf(expression: Expression | undefined): Expression[] {
  if (!Array.isArray(expression)) throw new SyntaxError(`expected a list, found ${String(expression)}`)
  return expression
}

function tagged(expression: Expression | undefined, tag: string): Expression[] {
  const list = listOf(expression)
  if (list[0] !== tag) throw new SyntaxError(`expected ${tag}, found ${String(list[0])}`)
  return list
}

function exportName(expression: Expression | undefined): string {
  return JSON.parse(String(tagged(expression, 'export')[1])) as string
}

function typeCode(name: Expression | undefined): number {
  return find(TYPES[String(name)], name)
}

function find<T>(value: T | undefined, name: unknown): T {
  if (value === undefined) throw new SyntaxError(`unknown ${String(name)}`)
  return value
}

function exportOf(name: string, kind: number): number[] {
  return [...vector([...Buffer.from(name)].map((byte) => [byte])), kind, 0]
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content]
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()]
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

function signed(value: number): number[] {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)]
}
