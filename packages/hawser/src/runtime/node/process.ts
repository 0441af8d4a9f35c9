/**
 * The `process` of Node. Importing `node:process` reads every property of it, to export each under its name: that opens the standard streams and makes
 * the list of all flags, which took 5 ms of an import of 57.
 */
export const process: NodeJS.Process = globalThis.process
