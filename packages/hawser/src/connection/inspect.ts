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
