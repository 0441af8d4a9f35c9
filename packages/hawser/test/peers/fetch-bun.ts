/** Run by Bun: the application over the sockets of Bun.serve. Prints its port. */
import { bunServer } from '../../src/fetch/index.ts'
import { createApp } from './fetch-app.ts'

const { Bun } = globalThis as any
const app = createApp()
const server = bunServer({ ...app.options, request: app.answer } as never)
app.server = server
const { fetch, websocket } = server
console.log(Bun.serve({ port: 0, hostname: '127.0.0.1', fetch, websocket }).port)
