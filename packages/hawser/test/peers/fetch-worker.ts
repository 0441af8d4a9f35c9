/** Bundled for workerd: the application over the sockets of Workers. */
import { workersServer } from '../../src/fetch/index.ts'
import { createApp } from './fetch-app.ts'

const app = createApp()
const server = workersServer({ ...app.options, request: app.log } as never)

export default { fetch: server.fetch }
