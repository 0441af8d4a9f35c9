import { OptionError } from '../core/errors.ts'
import { checkStrings } from '../connection/option-checks.ts'

type Names<Path extends string> = Path extends `${string}/:${infer Name}/${infer Rest}`
  ? Name | Names<`/${Rest}`>
  : Path extends `${string}/:${infer Name}`
    ? Name
    : never

type IfEveryHas<Path extends string, Name extends string> = [Path] extends [Path extends string ? (Name extends Names<Path> ? Path : never) : never]
  ? string
  : string | undefined

/** The names in patterns such as `/rooms/:id`, each with its value; one that is not in every pattern may be undefined. */
export type PathParameters<Path extends string> = string extends Path
  ? Readonly<Record<string, string | undefined>>
  : { readonly [Name in Names<Path>]: IfEveryHas<Path, Name> }

type Values = Readonly<Record<string, string>>

interface Pattern {
  readonly text: string
  /** A name where the segment is one, else the segment itself. */
  readonly segments: readonly { readonly name: string | undefined; readonly literal: string }[]
}

const noValues: Values = Object.freeze({})

/** The paths that upgrade: literal ones, and patterns in which a segment that begins with `:` matches any segment that is not empty. */
export class PathPatterns implements Iterable<string> {
  readonly #literals = new Set<string>()
  readonly #patterns: Pattern[] = []
  readonly #texts: readonly string[]

  /** @throws OptionError for one that no request can have, or that another one hides */
  constructor(paths: readonly string[], option: string) {
    checkStrings(option, paths)
    if (paths.length === 0) throw new OptionError(option, 'at least one path; leave it out for all', paths)
    this.#texts = [...paths]
    const shapes = new Set<string>()
    for (const [index, path] of paths.entries()) {
      const where = `${option}[${index}]`
      const wrong = whyNever(path)
      if (wrong !== undefined) throw new OptionError(where, wrong, path)
      const segments = path.split('/').map((literal) => ({ name: literal.startsWith(':') ? literal.slice(1) : undefined, literal }))
      const names = segments.flatMap(({ name }) => (name === undefined ? [] : [name]))
      if (names.some((name) => !/^[A-Za-z_]\w*$/.test(name))) throw new OptionError(where, 'names of letters, digits and _ after each :', path)
      if (new Set(names).size < names.length) throw new OptionError(where, 'names that are all different', path)
      const shape = segments.map(({ name, literal }) => (name === undefined ? literal : ':')).join('/')
      if (shapes.has(shape)) throw new OptionError(where, 'a path that no earlier one matches already', path)
      shapes.add(shape)
      if (names.length === 0) this.#literals.add(path)
      else this.#patterns.push({ text: path, segments })
    }
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#texts[Symbol.iterator]()
  }

  has(path: string): boolean {
    return this.match(path) !== undefined
  }

  /** Listed as it is, not by a pattern. */
  hasLiteral(path: string): boolean {
    return this.#literals.has(path)
  }

  /**
   * A literal path comes before a pattern, and an earlier pattern before a later one.
   * @returns the values of the pattern's names; undefined where nothing matches
   */
  match(path: string): Values | undefined {
    if (this.#literals.has(path)) return noValues
    if (this.#patterns.length === 0) return undefined
    const segments = path.split('/')
    for (const pattern of this.#patterns) {
      const values = matchPattern(pattern, segments)
      if (values !== undefined) return values
    }
    return undefined
  }
}

/** @returns what is allowed instead, for a path that no request target has (RFC 3986 section 3.3) */
function whyNever(path: string): string | undefined {
  if (!path.startsWith('/')) return 'a path that begins with /'
  if (/[?#]/.test(path)) return 'a path without query and fragment'
  if (!/^[\x21-\x7e]*$/.test(path)) return `a path as it is sent, percent-encoded: ${encodeURI(path)}`
  return undefined
}

function matchPattern(pattern: Pattern, segments: readonly string[]): Values | undefined {
  if (segments.length !== pattern.segments.length) return undefined
  const values: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [index, { name, literal }] of pattern.segments.entries()) {
    const segment = segments[index] as string
    if (name === undefined) {
      if (segment !== literal) return undefined
      continue
    }
    const value = decode(segment)
    if (value === undefined || value === '') return undefined
    values[name] = value
  }
  return values
}

/** @returns undefined for escapes that are no UTF-8 */
function decode(segment: string): string | undefined {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
