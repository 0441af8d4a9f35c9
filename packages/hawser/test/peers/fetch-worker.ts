/** Bundled for workerd: the application over the sockets of Workers. */
import { workersServer } from '../../src/fetch/index.ts'
import { createApp } from './fetch-app.ts'

const app = createApp()
const server = workersServer({ ...app.options, request: app.answer } as never)
app.server = server

export default { fetch: server.fetch }
