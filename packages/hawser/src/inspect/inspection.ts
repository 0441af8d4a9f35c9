import type { IncomingMessage, ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import { OptionError } from '../core/errors.ts'
import type { Observer } from '../connection/observer.ts'
import { createDeflateCodec } from '../runtime/node/zlib/permessage-deflate.ts'
import { readInspectLimits } from './limits.ts'
import type { InspectLimits } from './limits.ts'
import { PageRequests } from './page-requests.ts'
import type { PageSettings } from './page-requests.ts'
import { Recorder } from './recorder.ts'
import { suggestedOffers } from './server-facts.ts'
import type { PageFacts, ServerFacts } from './server-facts.ts'

/** A page about connections, and the observer that feeds it. */
export interface Inspection {
  /** The path of the page, which begins and ends with `/`. */
  readonly path: string
  /** Observes further servers (`server.observe`) and clients (`connect({ observe })`) for the same page. */
  readonly observer: Observer
  /**
   * Answers a request for the page, its files and its data, of `node:http`, `node:https` and the compatibility API of `node:http2`. May be passed on
   * without its object.
   * @returns false for a request of another path, which is not touched
   */
  readonly request: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Observes nothing more, and keeps nothing. Later requests for the page get 404. */
  stop(): void
}

/** What `inspect` and the command make a page of. */
export interface InspectionSettings {
  readonly path: string
  readonly facts: ServerFacts
  readonly credentials: boolean
  readonly limits: Partial<InspectLimits> | undefined
  readonly admit: PageSettings['admit']
}

/** @throws OptionError */
export function createInspection(settings: InspectionSettings): Inspection {
  const limits = readInspectLimits(settings.limits)
  const path = readPath(settings.path)
  const { facts, credentials, admit } = settings
  const recorder = new Recorder({
    limits,
    codec: createDeflateCodec({ asyncAbove: limits.inflated }),
    declaredSubprotocols: facts.subprotocols,
    credentials,
    head: limits.head,
    epoch: (time) => performance.timeOrigin + time,
  })
  const shown: PageFacts = {
    ...facts,
    offers: suggestedOffers(facts.subprotocols ?? []),
    framesPerSecond: limits.framesPerSecond,
    maxConnections: limits.connections,
    credentials,
  }
  const requests = new PageRequests({ path, recorder, facts: shown, admit })
  let isStopped = false
  return {
    path,
    observer: { isActive: () => !isStopped, handshake: recorder.handshake, connection: recorder.connection },
    request: (request, response) => !isStopped && requests.answer(request, response),
    stop() {
      isStopped = true
      recorder.clear()
    },
  }
}

function readPath(path: unknown): string {
  if (typeof path !== 'string' || !/^\/(?:[\w.~-]+\/?)*$/.test(path)) throw new OptionError('path', 'a path such as /inspect', path)
  return path.endsWith('/') ? path : `${path}/`
}
