/** Field lines of a request or a response (RFC 9110 section 5), in order, names case-insensitive, whatever the HTTP version. */
export type FieldLine = readonly [name: string, value: string]

export declare class Fields implements Iterable<FieldLine> {
  /** Names and values as received, values without surrounding OWS. */
  constructor(lines?: Iterable<FieldLine>)
  readonly size: number
  has(name: string): boolean
  /** The number of field lines with this name. */
  count(name: string): number
  /** All values joined with `, ` (RFC 9110 section 5.3); undefined where there is no line. */
  get(name: string): string | undefined
  values(name: string): readonly string[]
  append(name: string, value: string): void
  [Symbol.iterator](): Iterator<FieldLine>
}
