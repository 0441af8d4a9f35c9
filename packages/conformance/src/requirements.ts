import { readFileSync } from 'node:fs'
import { clientCases } from './cases/client/index.ts'
import { serverCases } from './cases/server/index.ts'
import type { ConformanceCase } from './case.ts'

/** One rule of the opening handshake, as the file `@hawser/conformance/requirements.json` has it. */
export interface RequirementText {
  /** For example `RS7`; cases name it in `requirements`. */
  readonly id: string
  /** A level of RFC 2119, or `policy` where the text leaves a choice. */
  readonly level: string
  /** The rule in one sentence. */
  readonly text: string
  /** For example `RFC 6455 section 4.2.2`; none for what the WHATWG standard or several sections together ask for. */
  readonly sections: readonly string[]
}

/** A requirement with the cases that prove it. */
export interface Requirement extends RequirementText {
  /** Ids of cases. */
  readonly cases: { readonly server: readonly string[]; readonly client: readonly string[] }
  /** Why no case can prove it from the other end of a connection. */
  readonly notObservable?: string
}

/** Every requirement, with its cases, in the order of docs/requirements.md. */
export function requirements(): Requirement[] {
  const texts = JSON.parse(readFileSync(new URL('requirements.json', import.meta.url), 'utf8')) as readonly RequirementText[]
  const proving = (cases: readonly ConformanceCase[], id: string): string[] =>
    cases.filter((row) => row.requirements.includes(id)).map((row) => row.id)
  return texts.map((text) => {
    const reason = notObservable.get(text.id)
    const cases = { server: proving(serverCases, text.id), client: proving(clientCases, text.id) }
    return { ...text, cases, ...(reason === undefined ? {} : { notObservable: reason }) }
  })
}

/** Requirements that the suite cannot see from the other end of one connection, with the reason. Every other one has a case that names it. */
export const notObservable: ReadonlyMap<string, string> = new Map([
  ['RC3', 'which connections are in CONNECTING is known to the client alone; two clients of one host may be two programs'],
  ['RC4', 'a proxy is a setting of the client'],
  ['RS5', 'authentication and redirection are the application’s'],
  ['RS13', 'a permission: both forms are accepted'],
  ['S12.16', 'needs an authorizer that waits'],
  ['S12.18', 'needs an authorizer that waits'],
  ['S12.19', 'a fault of the application'],
  ['S12.21', 'a fault of the application'],
  ['S12.22', 'a fault of the application'],
  ['S12.24', 'needs credentials, and the server’s log'],
  ['S12.29', 'needs the server’s own limit'],
  ['S12.30', 'needs a server that is shutting down'],
  ['S12.31', 'needs credentials'],
  ['S12.32', 'needs a redirect to be set up'],
  ['S12.33', 'the server’s memory is not seen from outside'],
  ['S12.34', 'a fuzzer, not a case'],
  ['H2.22', 'needs a server that is shutting down'],
  ['C1.8', 'a browser’s base URL'],
  ['C1.9', 'an exception inside the client'],
  ['C1.15', 'needs a name service'],
  ['C1.16', 'an exception inside the client'],
  ['C1.17', 'the client’s call, not its connection'],
  ['C1.18', 'an exception inside the client'],
  ['C1.19', 'the client’s call, not its connection'],
  ['C1.20', 'the suite may not listen on these ports'],
  ['C1.21', 'the client’s call, not its connection'],
  ['C1.22', 'the client’s call, not its connection'],
  ['C1.23', 'an exception inside the client'],
  ['C1.24', 'the client’s call, not its connection'],
  ['C1.25', 'an exception inside the client'],
  ['C2.10', 'which connections are in CONNECTING is known to the client alone'],
  ['C2.11', 'a proxy is a setting of the client'],
  ['C2.12', 'a proxy is a setting of the client'],
])
