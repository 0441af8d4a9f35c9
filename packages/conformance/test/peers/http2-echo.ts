/** Connects over HTTP/2 to the URL, trusting the authority of the file, and echoes. */
import { readFileSync } from 'node:fs'
import { connect } from '../../../hawser/src/index.ts'

const [url = '', authority] = process.argv.slice(2)
const socket = await connect(url, {
  http: '2',
  ...(authority === undefined ? {} : { tls: { ca: readFileSync(authority) } }),
  message: (connection, data) => void connection.send(data),
})
await socket.closed
process.exit()
