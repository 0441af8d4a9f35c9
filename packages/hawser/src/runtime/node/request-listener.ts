import type { EventEmitter } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import { notify } from '../../connection/application-code.ts'

/**
 * Calls the application's listener for ordinary requests. If it throws or its promise rejects, `failed` gets the error and the response ends:
 * from an event of node:http it would end the process. So would an `error` event without a listener: of a response that is written after its end, or of
 * an HTTP/2 request that is destroyed with an error.
 */
export function guardRequestListener(listener: RequestListener, failed: (error: unknown) => void): RequestListener {
  return (request, response) => {
    reportUnheard(response, failed)
    // An HTTP/1.1 request emits one only if somebody listens, and then for each client that goes away.
    if (request.httpVersionMajor === 2) reportUnheard(request, failed)
    notify(
      () => listener(request, response),
      (error) => {
        failed(error)
        answerFailure(response)
      },
    )
  }
}

/** Takes the error only where the application does not listen itself. */
function reportUnheard(emitter: EventEmitter, failed: (error: unknown) => void): void {
  emitter.on('error', (error) => {
    if (emitter.listenerCount('error') === 1) failed(error)
  })
}

function answerFailure(response: ServerResponse): void {
  if (response.writableEnded || response.destroyed) return
  // They describe the response that failed: its Content-Length would make the client wait.
  if (!response.headersSent) for (const name of response.getHeaderNames()) response.removeHeader(name)
  if (response.headersSent) response.destroy()
  else response.writeHead(500, { 'Content-Length': 0 }).end()
}
