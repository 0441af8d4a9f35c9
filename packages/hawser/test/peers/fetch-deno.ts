/** Run by Deno: the application over the sockets of Deno.serve. Prints its port. */
import { denoServer } from '../../src/fetch/index.ts'
import { createApp } from './fetch-app.ts'

const { Deno } = globalThis as any
const app = createApp()
const server = denoServer({ ...app.options, request: app.answer } as never)
app.server = server
const { fetch } = server
Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: ({ port }: { port: number }) => console.log(port) }, fetch)
