import { droppable } from '../connection/application-code.ts'

/**
 * A promise and its resolving functions: ECMAScript's PromiseCapability Record. A rejection that nobody handles is no unhandled rejection, which
 * would end a Node process.
 */
export class PromiseCapability<T> {
  readonly promise: Promise<T>
  resolve!: (value: T) => void
  reject!: (reason: unknown) => void

  constructor() {
    this.promise = droppable(
      new Promise<T>((resolve, reject) => {
        this.resolve = resolve
        this.reject = reject
      }),
    )
  }
}
