/** Under this name an object says what `console.log` shows of it, in Node, Deno and Bun; elsewhere it is a symbol like any other. */
export const inspectKey: unique symbol = Symbol.for('nodejs.util.inspect.custom')

/** The third argument of such a method. */
export type Inspect = (value: unknown, options: object) => string
