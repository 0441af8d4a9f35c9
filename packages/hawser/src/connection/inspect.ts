type Inspect = (value: object, options: object) => string

/**
 * Makes `console.log` show `shown` of the instances under `name`, in Node, Deno and Bun. Elsewhere it has no effect.
 * A method of the class with a computed name has no type that isolated declarations could write.
 */
export function inspectAs<T extends object>(constructor: { readonly prototype: T }, name: string, shown: (self: T) => object): void {
  Object.defineProperty(constructor.prototype, Symbol.for('nodejs.util.inspect.custom'), {
    configurable: true,
    value(this: T, _depth: number, options: object, inspect: Inspect): string {
      return `${name} ${inspect(shown(this), options)}`
    },
  })
}

/** As {@link inspectAs}, and for JSON too: a structured log would show all internals otherwise, with the options of a server and the keys in them. */
export function showAs<T extends object>(constructor: { readonly prototype: T }, name: string, shown: (self: T) => object): void {
  inspectAs(constructor, name, shown)
  Object.defineProperty(constructor.prototype, 'toJSON', {
    configurable: true,
    value(this: T): object {
      return shown(this)
    },
  })
}
