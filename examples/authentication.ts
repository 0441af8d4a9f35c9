/**
 * Authenticates a client before the 101. The upgrade hook reads a session cookie, and refuses with a Response or accepts with a context. It may
 * also set cookies.
 *
 * Prints:
 *   without a session: 401 who are you?
 *   with a session: hello ada
 *   a new cookie: seen=1; HttpOnly; SameSite=Strict
 */
import { connect, HandshakeError, serve } from 'hawser'

const sessions = new Map([['3f1c', { name: 'ada' }]])

function cookie(field: string | undefined, name: string): string | undefined {
  const pair = field?.split(';').find((one) => one.trim().startsWith(`${name}=`))
  return pair?.trim().slice(name.length + 1)
}

const server = await serve({
  upgrade(request) {
    const user = sessions.get(cookie(request.fields.get('cookie'), 'session') ?? '')
    if (user === undefined) return new Response('who are you?', { status: 401, headers: { 'WWW-Authenticate': 'Cookie' } })
    return { context: user, cookies: ['seen=1; HttpOnly; SameSite=Strict'] }
  },
  open: (socket) => socket.send(`hello ${socket.context.name}`),
})

try {
  await connect(server.url)
} catch (error) {
  if (!(error instanceof HandshakeError)) throw error
  console.log(`without a session: ${error.response?.status} ${new TextDecoder().decode(error.response?.body)}`)
}

let cookies: string | undefined
const socket = await connect(server.url, {
  headers: { Cookie: 'session=3f1c' },
  response({ fields }) {
    cookies = fields.find(([name]) => name.toLowerCase() === 'set-cookie')?.[1]
  },
})
for await (const message of socket) {
  console.log(`with a session: ${message}`)
  break
}
console.log(`a new cookie: ${cookies}`)
await socket.close()
await server.drain()
