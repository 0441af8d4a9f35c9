/** Run by Node, Bun and Deno: exercises the server at the URL that is the argument with the runtime's own WebSocket, and prints what it saw. */
import { exercise } from './standard-client.ts'

const { process, Deno } = globalThis as any
const url: string = Deno === undefined ? process.argv[2] : Deno.args[0]
console.log(JSON.stringify(await exercise(globalThis.WebSocket, url)))
