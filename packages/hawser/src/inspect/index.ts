/**
 * A page that shows the connections of a server or client, live.
 * @module
 */
export { inspect } from './inspect.ts'

export type { InspectOptions, Observable } from './inspect.ts'
export type { Inspection } from './inspection.ts'
export type { InspectLimits } from './limits.ts'
export type { Authorize } from './page-admission.ts'
