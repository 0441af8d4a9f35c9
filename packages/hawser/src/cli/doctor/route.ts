/** The connection to the server below TLS with it: directly, through a proxy, or over a Unix domain socket. */
import * as net from 'node:net'
import { HandshakeError } from '../../core/errors.ts'
import { readHandshakeLimits } from '../../connection/limits.ts'
import { createRuntime } from '../../connection/runtime.ts'
import { parseAddress } from '../../client/address.ts'
import { AttemptProgress } from '../../client/attempt-progress.ts'
import { ConnectingQueue } from '../../client/connecting-queue.ts'
import { Deadline } from '../../client/deadline.ts'
import { dialServer, HTTP1 } from '../../client/http1/dial.ts'
import { chooseProxy } from '../../client/proxy.ts'
import type { Proxy } from '../../client/proxy.ts'
import { nodeClock } from '../../runtime/node/clock.ts'
import { createNodeNetwork } from '../../runtime/node/connect-dial.ts'
import { nodePlatform } from '../../runtime/node/platform.ts'
import type { Target } from './observation.ts'

/** The bounds of one step. */
export interface Bounds {
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/**
 * @param option a URL, or `env` for the environment's variables, as `connect` takes it
 * @throws OptionError for anything else
 */
export function chooseRoute(target: Target, option: string | undefined): Promise<Proxy | undefined> {
  return chooseProxy(option, parseAddress(target.url), process.env)
}

/** The caller destroys the socket. Rejects with an error of the system, with one of {@link within}, or for a proxy with a HandshakeError. */
export async function openRoute(target: Target, proxy: Proxy | undefined, bounds: Bounds): Promise<net.Socket> {
  if (proxy !== undefined) return openTunnel(target, proxy, bounds)
  const socket = target.socketPath === undefined ? net.connect(target.port, target.hostname) : net.connect(target.socketPath)
  try {
    await within(occurs(socket, 'connect'), bounds)
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}

async function openTunnel(target: Target, proxy: Proxy, { timeoutMs, signal }: Bounds): Promise<net.Socket> {
  const runtime = createRuntime(nodePlatform, nodeClock)
  const limits = readHandshakeLimits({ handshakeMs: timeoutMs })
  const deadline = new Deadline(nodeClock, timeoutMs, signal, () => {})
  const progress = new AttemptProgress({ connections: runtime, queue: new ConnectingQueue() }, { parallel: true, limits }, deadline)
  // The caller does TLS with the server, to see what is wrong with it
  const address = { ...parseAddress(target.url), secure: false }
  try {
    return await dialServer(createNodeNetwork({}), { address, proxy, crossOrigin: false, limits, http: '1.1' }, progress, runtime, HTTP1)
  } finally {
    progress.end()
    deadline.end()
  }
}

/** What failed on the way through a proxy, as far as it is the proxy's. @returns undefined where the error is none of a proxy */
export function describeProxyFailure(error: unknown): { readonly code: string; readonly message: string; readonly hint?: string } | undefined {
  // With a server whose name this machine looks up, as socks5: asks, the proxy has nothing to do
  if (!(error instanceof HandshakeError) || error.stage === 'dns') return undefined
  const { stage, condition, message, hint } = error
  const code = stage === 'timeout' ? 'ETIMEDOUT' : stage === 'aborted' ? 'ABORT_ERR' : condition
  return { code, message, ...(hint === undefined ? {} : { hint }) }
}

export function occurs(socket: net.Socket, name: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(name, () => resolve())
    socket.on('error', reject)
    socket.once('close', () => reject(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })))
  })
}

/** @throws an error with the code ETIMEDOUT, or ABORT_ERR for the signal */
export function within<T>(promise: Promise<T>, { timeoutMs, signal }: Bounds): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', aborted)
    }
    const timer = setTimeout(() => {
      end()
      reject(Object.assign(new Error(`no answer within ${timeoutMs / 1000} s`), { code: 'ETIMEDOUT' }))
    }, timeoutMs)
    const aborted = (): void => {
      end()
      reject(Object.assign(new Error('interrupted'), { code: 'ABORT_ERR' }))
    }
    signal.addEventListener('abort', aborted)
    if (signal.aborted) aborted()
    promise.then(resolve, reject).finally(end)
  })
}
