/**
 * The conformance suite as a library: its cases, its runners and its reports.
 * @module
 */
export { autobahnNumbers } from './autobahn/numbers.ts'
export { casesOfTier } from './cases/tiers.ts'
export { clientCases } from './cases/client/index.ts'
export { serverCases } from './cases/server/index.ts'
export { runClientSuite } from './client-suite.ts'
export { serveClientSuite } from './case-server.ts'
export { comparePins, readPins, writePins } from './pins.ts'
export { PreflightError } from './preflight/faults.ts'
export { checkServer } from './preflight/server.ts'
export { githubAnnotations } from './report/github.ts'
export { htmlReport } from './report/html.ts'
export { jsonReport } from './report/json.ts'
export { junitReport } from './report/junit.ts'
export { markdownReport } from './report/markdown.ts'
export { notObservable, requirements } from './requirements.ts'
export { defaultBounds } from './run-case.ts'
export { selectCases } from './select.ts'
export { runServerSuite } from './server-suite.ts'

export type {
  Bytes,
  Capability,
  ConformanceCase,
  End,
  FieldCheck,
  FrameSpec,
  Level,
  RequestCheck,
  RequestSpec,
  ResponseSpec,
  Split,
  StatusSet,
  Step,
} from './case.ts'
export type { ClientExit, ClientSuiteOptions, StartClient } from './client-suite.ts'
export type { CaseTier } from './cases/tiers.ts'
export type { CaseServer, CaseServerOptions } from './case-server.ts'
export type { PinChange, Pins } from './pins.ts'
export type { AutobahnIndex } from './autobahn/translate.ts'
export type { PreflightOptions, ServerAbilities } from './preflight/server.ts'
export type { CaseResult, Closing, Defect, Figures, ExchangeEntry, SuiteReport, Tier, Verdict } from './result.ts'
export type { RootCause } from './root-causes.ts'
export type { Bounds } from './run-case.ts'
export type { Requirement, RequirementText } from './requirements.ts'
export type { SuiteProgress } from './run-suite.ts'
export type { ServerSuiteOptions } from './server-suite.ts'
