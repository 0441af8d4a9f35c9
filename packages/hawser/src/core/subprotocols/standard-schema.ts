import type { MessageIssue } from '../errors.ts'

/** The Standard Schema interface, version 1: what zod, valibot, arktype and others implement. Declared here, so that nothing is installed. */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  /** The interface itself, under the name that the specification reserves. */
  readonly '~standard': {
    /** The version of the specification. */
    readonly version: 1
    /** The name of the library that implements the schema. */
    readonly vendor: string
    /** Checks a value and transforms it. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    /** For the compiler only; absent at run time. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** The result of a schema: the value, or the issues that it found. */
export type StandardResult<Output> = { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] }

/** One error that a schema found, and its place. */
export interface StandardIssue {
  /** A description for a person. */
  readonly message: string
  /** Keys from the root of the value; absent or empty for the root itself. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The type that a schema accepts: what `send` takes. */
export type SchemaInput<S extends StandardSchemaV1> = NonNullable<S['~standard']['types']>['input']
/** The type that a schema produces: what `message` receives. */
export type SchemaOutput<S extends StandardSchemaV1> = NonNullable<S['~standard']['types']>['output']

export function toMessageIssues(issues: readonly StandardIssue[]): readonly MessageIssue[] {
  return issues.map((issue) => ({ message: issue.message, path: Array.from(issue.path ?? [], toKey) }))
}

function toKey(segment: PropertyKey | { readonly key: PropertyKey }): string | number {
  const key = typeof segment === 'object' ? segment.key : segment
  return typeof key === 'symbol' ? key.toString() : key
}
