/** The floor over `Deno.listen`: as floor.ts, over the sockets of Deno instead of its node:net. Echo only. */
import { answer } from '../channel.ts'
import { usageCommands } from '../process-usage.ts'

const { Deno } = globalThis as any
const switching = new TextEncoder().encode(
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
)
const listener = Deno.listen({ port: 0, hostname: '127.0.0.1' })

async function echo(connection: any): Promise<void> {
  const chunk = new Uint8Array(65_536)
  connection.setNoDelay(true)
  try {
    let accepted = false
    for (;;) {
      const length: number | null = await connection.read(chunk)
      if (length === null) break
      let rest = accepted ? chunk.subarray(0, length) : switching
      accepted = true
      while (rest.byteLength > 0) rest = rest.subarray(await connection.write(rest))
    }
  } catch {
    // The client has gone.
  }
  connection.close()
}

void (async () => {
  for await (const connection of listener) void echo(connection)
})()

answer({ port: listener.addr.port }, usageCommands)
