import { OptionError } from '../core/errors.ts'
import { checkOptions } from '../core/option-names.ts'
import { checkFlag, checkFunction } from '../connection/option-checks.ts'
import { createReporter } from '../connection/application-code.ts'
import type { Observer } from '../connection/observer.ts'
import { reportToStderr } from '../runtime/node/error-report.ts'
import { createInspection } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import type { InspectLimits } from './limits.ts'
import { createAdmission } from './page-admission.ts'
import type { Authorize } from './page-admission.ts'
import { clientFacts, serverFacts } from './server-facts.ts'

/** A server whose connections can be observed. */
export interface Observable {
  /** @returns a function that removes the observer */
  observe(observer: Observer): () => void
}

/** Options of `inspect`. */
export interface InspectOptions {
  /** Where the page is. Default `/inspect`. */
  readonly path?: string
  /**
   * Decides who may see the page, by the application's own authentication: `true`, or a promise of it, for those who may. Without it the page is only
   * served to this machine, directly: behind a proxy, give it.
   */
  readonly authorize?: Authorize
  /** Shows credentials in heads (Authorization, Cookie, parameters of the target such as `token`), which are withheld otherwise. Default false. */
  readonly credentials?: boolean
  /** Bounds on what is kept; docs/limits.md has the defaults. */
  readonly limits?: Partial<InspectLimits>
  /** Receives errors that `authorize` throws or rejects with. Default: they are written to stderr. */
  readonly error?: (error: unknown) => any
}

/**
 * Makes a page that shows the connections of a server, live: opening handshakes field by field, frames, closing handshakes, round trips and compression. It
 * observes connections from now on until `stop`, which costs CPU time and memory for each; see docs/guide.md.
 * @example
 * ```ts
 * const server = await serve({ request: (request, response) => void (page.request(request, response) || response.writeHead(404).end()) })
 * const page = inspect(server)
 * ```
 * @param server a server of `serve`, `attach` or `createServer`; null for a page that is only fed by its `observer`
 * @param options who may see the page, and where it is
 * @throws OptionError naming the option that is wrong
 */
export function inspect(server: Observable | null, options: InspectOptions = {}): Inspection {
  checkOptions(options, ['path', 'authorize', 'credentials', 'limits', 'error'])
  if (server !== null && typeof (server as Partial<Observable> | undefined)?.observe !== 'function') {
    throw new OptionError('server', 'a server of serve, attach or createServer, or null', server)
  }
  checkFunction('authorize', options.authorize)
  checkFunction('error', options.error)
  checkFlag('credentials', options.credentials)
  const fallback = reportToStderr('inspect')
  const report = createReporter<'authorize'>(options.error, fallback)
  const inspection = createInspection({
    path: options.path ?? '/inspect',
    facts: server === null ? clientFacts : serverFacts(server),
    credentials: options.credentials ?? false,
    limits: options.limits,
    admit: createAdmission(options.authorize, (error) => report(error, 'authorize')),
  })
  const remove = server?.observe(inspection.observer)
  return {
    path: inspection.path,
    observer: inspection.observer,
    request: inspection.request,
    stop() {
      remove?.()
      inspection.stop()
    },
  }
}
