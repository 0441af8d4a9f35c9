import type { RequestListener, ServerResponse } from 'node:http'
import { notify } from '../../connection/application-code.ts'

/**
 * Calls the application's listener for ordinary requests. If it throws or its promise rejects, `failed` gets the error and the response ends:
 * from an event of node:http it would end the process.
 */
export function guardRequestListener(listener: RequestListener, failed: (error: unknown) => void): RequestListener {
  return (request, response) => {
    notify(
      () => listener(request, response),
      (error) => {
        failed(error)
        answerFailure(response)
      },
    )
  }
}

function answerFailure(response: ServerResponse): void {
  if (response.writableEnded || response.destroyed) return
  if (response.headersSent) response.destroy()
  else response.writeHead(500).end()
}
