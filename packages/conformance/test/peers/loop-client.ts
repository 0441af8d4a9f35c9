/**
 * Run by Node, Bun and Deno: drives a WebSocket class through every case of `hawser conformance client --port`, some at a time.
 * Arguments: the suite's URL, the agent's name, and where the class is: `global` or a module that exports it.
 */
const { process, Deno } = globalThis as any
const [base, agent, place]: [string, string, string] = Deno === undefined ? process.argv.slice(2) : Deno.args
const WebSocketClass: any =
  place === 'global' ? globalThis.WebSocket : await import(place).then((module) => module.WebSocket ?? module.default.WebSocket)

function ask(path: string): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = new WebSocketClass(base + path)
    socket.onmessage = ({ data }: { data: unknown }) => {
      text = String(data)
    }
    socket.onerror = () => {}
    socket.onclose = () => resolve(text)
  })
}

function run(number: number): Promise<void> {
  return new Promise((resolve) => {
    let socket: any
    try {
      socket = new WebSocketClass(`${base}/runCase?case=${number}&agent=${agent}`)
    } catch {
      resolve()
      return
    }
    // Some classes never tell that a connection failed: the suite knows it by then.
    const timer = setTimeout(resolve, 4_000)
    socket.binaryType = 'arraybuffer'
    socket.onmessage = ({ data }: { data: unknown }) => {
      try {
        socket.send(data)
      } catch {}
    }
    socket.onerror = () => {}
    socket.onclose = () => {
      clearTimeout(timer)
      resolve()
    }
  })
}

const count = Number(await ask('/getCaseCount'))
let next = 1
async function worker(): Promise<void> {
  while (next <= count) await run(next++)
}
await Promise.all(Array.from({ length: 8 }, worker))
await ask(`/updateReports?agent=${agent}`)
if (Deno === undefined) process.exit()
else Deno.exit()
